"""Rate limits: so many calls a minute for each caller, counted in this process."""

from __future__ import annotations

import time
from collections import OrderedDict

from shared.web.problems import Problem

_MOST_CALLERS = 20_000


class Rates:
    """A bucket a caller that refills steadily; bounded in memory, the longest silent are forgotten first."""

    def __init__(self, *, per_minute: int) -> None:
        self._capacity = float(per_minute)
        self._per_second = per_minute / 60
        self._buckets: OrderedDict[str, tuple[float, float]] = OrderedDict()

    def spend(self, caller: str) -> None:
        """Take one call from the caller's bucket; a 429 that says when to come again if it is empty."""
        now = time.monotonic()
        left, since = self._buckets.pop(caller, (self._capacity, now))
        left = min(self._capacity, left + (now - since) * self._per_second)
        self._buckets[caller] = (left - 1 if left >= 1 else left, now)
        if len(self._buckets) > _MOST_CALLERS:
            self._buckets.popitem(last=False)
        if left < 1:
            wait = max(1, round((1 - left) / self._per_second))
            raise Problem(status=429, detail=f"wait {wait} s before the next try", headers={"Retry-After": str(wait)})
