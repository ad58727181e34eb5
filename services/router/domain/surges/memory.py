"""What the detector remembers: the complaints of the last two hours, and counts of what they and others show."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Final
from uuid import UUID

from services.router.domain.surges.counts import BUCKET, WINDOWS, Counts
from services.router.domain.surges.observed import Observation
from services.router.domain.surges.signs import Key, Sign, keys_of, shows

MOST_OBSERVATIONS: Final = 20_000
MOST_SEEN: Final = 100_000


class Memory:
    """Remembers complaints; a word counts from the second time on that it is seen: most names cost nothing."""

    def __init__(self) -> None:
        self.counts = Counts()
        self.recent: deque[Observation] = deque()
        self._known: set[int] = set()
        self._seen: set[str] = set()
        self._seen_before: set[str] = set()

    def add(self, observation: Observation) -> list[Key]:
        """Count a complaint, but once, and return its keys."""
        words = [word for word in observation.words if self._seen_again(word)]
        keys = keys_of(observation, words)
        if observation.complaint_id.int not in self._known:
            number = number_of(observation.at)
            self.counts.add(number, keys)
            if number > self.counts.now - WINDOWS[-1]:
                self.recent.append(observation)
                self._known.add(observation.complaint_id.int)
            self._let_go()
        return keys

    def showing(self, sign: Sign, window: int) -> Iterator[Observation]:
        """Yield the complaints of a window that show a sign."""
        first = start_of(self.counts.now - WINDOWS[window] + 1)
        return (one for one in self.recent if shows(sign, one) and one.at >= first)

    def among(self, complaints: frozenset[UUID]) -> Iterator[Observation]:
        """Yield those of the complaints that are remembered."""
        return (one for one in self.recent if one.complaint_id in complaints)

    def size(self) -> int:
        """Return how many entries are held in all."""
        return self.counts.size() + len(self._seen) + len(self._seen_before) + len(self.recent) + len(self._known)

    def _let_go(self) -> None:
        first = start_of(self.counts.now - WINDOWS[-1] + 1)
        while self.recent and (self.recent[0].at < first or len(self.recent) > MOST_OBSERVATIONS):
            self._known.discard(self.recent.popleft().complaint_id.int)

    def _seen_again(self, word: str) -> bool:
        if word in self._seen:
            return True
        before = word in self._seen_before
        if len(self._seen) >= MOST_SEEN:
            self._seen_before, self._seen = self._seen, set()
        self._seen.add(word)
        return before


def number_of(at: datetime) -> int:
    """Return the number of the bucket of time that an instant falls in."""
    return int(at.timestamp()) // int(BUCKET.total_seconds())


def start_of(number: int) -> datetime:
    """Return the instant at which a bucket of time begins."""
    return datetime.fromtimestamp(max(0, number) * BUCKET.total_seconds(), UTC)
