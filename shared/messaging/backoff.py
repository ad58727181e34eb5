"""How long to wait before the next try: doubling, with a cap, with jitter so that processes do not march in step."""

from __future__ import annotations

import random
from datetime import timedelta


class Backoff:
    """Counts the tries since the last success."""

    def __init__(self, *, first: timedelta, most: timedelta) -> None:
        self._first_s = first.total_seconds()
        self._most_s = most.total_seconds()
        self._tries = 0

    def next(self) -> float:
        """Return the seconds to wait now: between half and the whole of the doubled step."""
        step = min(self._most_s, self._first_s * float(1 << min(self._tries, 30)))
        self._tries += 1
        return step * random.uniform(0.5, 1.0)  # noqa: S311 - spreads load, guards nothing

    def reset(self) -> None:
        """Begin from the shortest wait again."""
        self._tries = 0
