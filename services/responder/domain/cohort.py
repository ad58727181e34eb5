"""Whose figures somebody asks for: the complaints received in a time, by what they are told apart, in which periods."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, Literal, get_args

Dimension = Literal["queue", "channel", "category", "policy", "severity", "language"]
Period = Literal["day", "week", "month"]

DIMENSIONS: Final[tuple[Dimension, ...]] = get_args(Dimension)
MOST_GROUPS: Final = 1_000
"""More rows than this nobody reads, and an answer has to end somewhere."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cohort:
    """Complaints received from `since` up to, but not including, `until`; None is the beginning.

    `only` narrows them by a value of a dimension. `open_only` leaves those that are not resolved now. Periods are days,
    weeks (from Monday) and months of `zone`, by receipt.
    """

    since: datetime | None
    until: datetime
    by: tuple[Dimension, ...] = ()
    period: Period | None = None
    zone: str = "UTC"
    only: Mapping[Dimension, str] = field(default_factory=dict)
    open_only: bool = False

    @property
    def is_grouped(self) -> bool:
        """True where the answer has more than the total."""
        return bool(self.by) or self.period is not None

    def in_words(self, *, now: datetime) -> str:
        """Return whose figures these are, in a sentence."""
        since = f"from {_day(self.since)} " if self.since else ""
        narrowed = "".join(f", {name} {value}" for name, value in self.only.items())
        what = "Complaints that are open now, received" if self.open_only else "Complaints received"
        return (
            f"{what} {since}up to, but not including, {_day(self.until)}{narrowed}; what became of them by {_day(now)}."
        )


def _day(instant: datetime) -> str:
    return instant.strftime("%Y-%m-%d %H:%M:%S UTC")
