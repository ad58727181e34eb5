"""What a relay and a consumer say about themselves; a readiness check repeats it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Health:
    """`ok` is false as soon as events do not get through; `detail` says why, in words for operators.

    `lag` counts records not yet settled, `held` is true while a run of failures makes the consumer wait for a person.
    """

    ok: bool
    detail: str
    lag: int | None = None
    held: bool = False
    oldest_outbox_seconds: float | None = None
    outbox_depth: int | None = None
