"""Counts of keys in the last quarter, half and two hours, and what was usual before; never more than it may hold."""

from __future__ import annotations

from collections import Counter, deque
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Final

from services.router.domain.surges.signs import Key, is_narrow, parents_of
from services.router.domain.surges.unlikely import UNSEEN

BUCKET: Final = timedelta(minutes=5)
WINDOWS: Final = (3, 6, 24)
"""Buckets: an outage is seen in the first window, what seeps in is seen in the last."""

HORIZON: Final = 48
"""Four hours: what is raised must also be more than it was a while ago, or the evening would be a surge."""

MOST_KEYS: Final = 150_000

FEWEST: Final = 8
"""Fewer customers are no surge, however alike their complaints are."""

FEWEST_BEFORE: Final = 200
"""So many complaints must have come before anything can be called unusual."""

CLEAR: Final = 2.5
"""A surge has come when so many times the usual has: then three of five of its complaints are due to it."""

_A_DAY: Final = 288
_CALM: Final = 5.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Raised:
    """A key that is counted several times as often as usual; `seen` tells how often that was learned from."""

    key: Key
    window: int
    count: int
    usual: float
    seen: float


@dataclass(slots=True, kw_only=True)
class _Bucket:
    number: int
    keys: Counter[Key] = field(default_factory=Counter)
    complaints: int = 0


class Counts:
    """Counts keys by buckets of time; `now` is the newest bucket."""

    def __init__(self) -> None:
        self.now = 0
        self._buckets: deque[_Bucket] = deque()
        self._spans = (*WINDOWS, HORIZON)
        self._counts: list[Counter[Key]] = [Counter() for _ in self._spans]
        self._totals = [0 for _ in self._spans]
        self._usual: dict[Key, float] = {}
        self._usual_total = 0.0
        self._forgotten = 0.0

    def add(self, number: int, keys: Sequence[Key]) -> None:
        """Count a complaint of a bucket; one from before the horizon counts as usual."""
        if number > self.now:
            self._turn(number)
        if number <= self.now - HORIZON:
            self._settle(dict.fromkeys(keys, 1), 1)
            return
        kept = self._fitting(keys)
        bucket = self._bucket(number)
        bucket.keys.update(kept)
        bucket.complaints += 1
        for place, span in enumerate(self._spans):
            if number > self.now - span:
                self._counts[place].update(kept)
                self._totals[place] += 1

    def raised(self, keys: Iterable[Key]) -> Iterator[Raised]:
        """Yield the keys that are counted several times as often as usual, for each window in which they are."""
        widest = self._counts[len(WINDOWS) - 1]
        often = [key for key in keys if widest.get(key, 0) >= FEWEST]
        for window in range(len(WINDOWS)):
            of_before = self._usual_total + self._totals[-1] - self._totals[window]
            if of_before < FEWEST_BEFORE:
                continue
            for key, count in self._suspect(often, window, CLEAR * self._totals[window] / of_before):
                if (found := self.weighed(key, window, count)) is not None:
                    yield found

    def weighed(self, key: Key, window: int, count: int) -> Raised | None:
        """Return a count of a key beside what is usual; None unless it is several times that, its parents apart."""
        usual, seen = self._expected(key, window)
        if count < CLEAR * usual:
            return None
        for parent in parents_of(key):
            usual *= self._lift_beside(parent, key, window)
        return Raised(key=key, window=window, count=count, usual=usual, seen=seen) if count >= CLEAR * usual else None

    def share(self, key: Key) -> float:
        """Return which share of all complaints is usual for a key, before the last two hours."""
        window = len(WINDOWS) - 1
        if self._usual_total + self._just_before(key, window)[1] < FEWEST_BEFORE:
            return 0.0
        return self._long_expected(key, window)[0] / max(1, self._totals[window])

    def goes_on(self, key: Key, *, share: float) -> bool:
        """Whether a window still holds clearly more of a key than this share of its complaints."""
        return any(
            self._counts[window].get(key, 0) >= max(FEWEST, CLEAR * share * self._totals[window]) / 2
            for window in range(len(WINDOWS))
        )

    def lately(self, key: Key) -> int:
        """Return how many complaints of the last two hours show a key."""
        return self._counts[len(WINDOWS) - 1].get(key, 0)

    def size(self) -> int:
        """Return how many counts are held."""
        return sum(map(len, self._counts)) + sum(len(b.keys) for b in self._buckets) + len(self._usual)

    def _suspect(self, keys: Iterable[Key], window: int, at_least: float) -> Iterator[tuple[Key, int]]:
        """Yield the keys whose count is `at_least` times what was seen of them: nearly none, found at little cost."""
        counts, horizon, usual = self._counts[window], self._counts[-1], self._usual
        for key in keys:
            count = counts.get(key, 0)
            if count >= FEWEST:
                seen = usual.get(key, self._forgotten) + horizon.get(key, 0) - count
                if count >= at_least * (seen + UNSEEN):
                    yield key, count

    def _expected(self, key: Key, window: int) -> tuple[float, float]:
        """Return how many are usual, by all that came before and by the hours just before: the more of the two."""
        usual, seen = self._long_expected(key, window)
        lately, of_lately = self._just_before(key, window)
        if of_lately >= FEWEST_BEFORE:
            usual = max(usual, (lately + UNSEEN) * self._totals[window] / of_lately)
        return usual, seen

    def _long_expected(self, key: Key, window: int) -> tuple[float, float]:
        lately, of_lately = self._just_before(key, window)
        seen = self._usual.get(key, self._forgotten) + lately
        return (seen + UNSEEN) * self._totals[window] / max(1.0, self._usual_total + of_lately), seen

    def _just_before(self, key: Key, window: int) -> tuple[int, int]:
        count = self._counts[-1].get(key, 0) - self._counts[window].get(key, 0)
        return count, self._totals[-1] - self._totals[window]

    def _lift_beside(self, parent: Key, key: Key, window: int) -> float:
        """Return how many times the usual the parent comes apart from this part of it; 1 at the least."""
        counts = self._counts[window]
        rest = counts.get(parent, 0) - counts.get(key, 0)
        usual = self._expected(parent, window)[0] - self._expected(key, window)[0]
        return max(1.0, (rest + _CALM) / (max(0.0, usual) + _CALM))

    def _fitting(self, keys: Sequence[Key]) -> Sequence[Key]:
        """Leave out new keys once as many are held as may be, first those that say the same as others."""
        held = self._counts[-1]
        if len(held) < MOST_KEYS:
            return keys
        full = len(held) >= 2 * MOST_KEYS
        return [key for key in keys if key in held or not (full or is_narrow(key))]

    def _bucket(self, number: int) -> _Bucket:
        for bucket in reversed(self._buckets):
            if bucket.number == number:
                return bucket
        bucket = _Bucket(number=number)
        self._buckets.append(bucket)
        if len(self._buckets) > 1 and self._buckets[-2].number > number:
            self._buckets = deque(sorted(self._buckets, key=lambda b: b.number))
        return bucket

    def _turn(self, number: int) -> None:
        """Let time come to this bucket: what leaves a window is taken out of it, what leaves all becomes usual."""
        before, self.now = self.now, number
        for bucket in self._buckets:
            for place, span in enumerate(self._spans):
                if before - span < bucket.number <= number - span:
                    _take(self._counts[place], bucket.keys)
                    self._totals[place] -= bucket.complaints
        while self._buckets and self._buckets[0].number <= number - HORIZON:
            gone = self._buckets.popleft()
            self._settle(gone.keys, gone.complaints)
        if before and before // _A_DAY != number // _A_DAY:
            self._fade()

    def _settle(self, keys: Mapping[Key, int], complaints: int) -> None:
        for key, count in keys.items():
            self._usual[key] = self._usual.get(key, self._forgotten) + count
        self._usual_total += complaints
        if len(self._usual) > MOST_KEYS:
            self._forget()

    def _forget(self) -> None:
        """Keep the half that was seen most; what is forgotten may have been as usual as the most usual of it."""
        ranked = sorted(self._usual.items(), key=lambda entry: -entry[1])
        self._forgotten = max(self._forgotten, ranked[MOST_KEYS // 2][1])
        self._usual = dict(ranked[: MOST_KEYS // 2])

    def _fade(self) -> None:
        """Let yesterday count half."""
        self._usual = {key: count / 2 for key, count in self._usual.items() if count > 1}
        self._usual_total /= 2
        self._forgotten /= 2


def _take(window: Counter[Key], keys: Mapping[Key, int]) -> None:
    for key, count in keys.items():
        left = window[key] - count
        if left > 0:
            window[key] = left
        else:
            del window[key]
