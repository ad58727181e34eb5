"""The balance: received = filed + duplicate + quarantined + ignored + refused, in messages, per account."""

from __future__ import annotations

from collections import Counter
from typing import Literal, get_args

Kind = Literal["filed", "duplicate", "quarantined", "ignored", "refused"]
KINDS: tuple[Kind, ...] = get_args(Kind)


class Tally:
    """Counts of what happened, by account, until they are written down."""

    def __init__(self) -> None:
        self._counts: Counter[tuple[str, Kind]] = Counter()

    def add(self, account: str, kind: Kind, n: int = 1) -> None:
        """Count `n` messages of an account."""
        if n:
            self._counts[account, kind] += n

    def rows(self) -> list[tuple[str, Kind, int]]:
        """Return (account, kind, n) for all that was counted."""
        return [(account, kind, n) for (account, kind), n in self._counts.items() if n]


def balanced(counts: dict[str, int]) -> dict[str, int]:
    """Return the five counts, zero where nothing happened, and `received`, their sum."""
    five = {kind: counts.get(kind, 0) for kind in KINDS}
    return {"received": sum(five.values())} | five
