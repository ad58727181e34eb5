"""How much is measured: five rounds of a few seconds each, unless the environment says otherwise."""

from __future__ import annotations

import os
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True, kw_only=True)
class Sizes:
    """`seconds` is how long each alternative runs in a round, `events` how many complaints go through the stages,
    `clocks` how many open clocks the larger database holds (the smaller one holds a fifth), `ledger` how many
    complaints have a ledger to verify."""

    rounds: int
    seconds: float
    events: int
    clocks: int
    mails: int
    ledger: int

    def told(self) -> dict[str, float]:
        """Return them as they stand in the report."""
        return asdict(self)


def sizes() -> Sizes:
    """Return the sizes of this run: ASCOLTO_BENCH_ROUNDS, _SECONDS, _EVENTS, _CLOCKS, _MAILS and _LEDGER."""
    return Sizes(
        rounds=int(_asked("ROUNDS", "5")),
        seconds=float(_asked("SECONDS", "2.5")),
        events=int(_asked("EVENTS", "6000")),
        clocks=int(_asked("CLOCKS", "5000000")),
        mails=int(_asked("MAILS", "1500")),
        ledger=int(_asked("LEDGER", "60000")),
    )


def _asked(name: str, otherwise: str) -> str:
    return os.environ.get(f"ASCOLTO_BENCH_{name}") or otherwise
