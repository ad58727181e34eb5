"""A memory of what was computed of a word: the words of complaints come again and again."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeVar

T = TypeVar("T")

LONGEST: Final = 40
"""A longer word is no word, and is computed each time: nobody may fill the memory with it."""


class Remembered(dict[str, T]):
    """What `compute` says of a word, as `remembered[word]`; once it knows `most` words it forgets them all."""

    __slots__ = ("_compute", "_most")

    def __init__(self, compute: Callable[[str], T], *, most: int = 16_384) -> None:
        self._compute = compute
        self._most = most

    def __missing__(self, word: str) -> T:
        """Compute it for a word that is not known yet."""
        found = self._compute(word)
        if len(word) <= LONGEST:
            if len(self) >= self._most:
                self.clear()
            self[word] = found
        return found
