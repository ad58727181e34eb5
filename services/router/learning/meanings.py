"""Words as vectors that were learnt elsewhere, so that "parcel" helps where only "package" was taught.

The vectors are those of WordLlama: 256 numbers for each of 32,000 pieces of words, averaged over a text.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from importlib.util import find_spec
from pathlib import Path
from threading import Lock
from typing import Final

import numpy as np
from safetensors import SafetensorError
from safetensors.numpy import load_file
from tokenizers import Tokenizer

WIDTH: Final = 256
_MOST_WORDS: Final = 300_000
_WEIGHTS: Final = "weights/l2_supercat_256.safetensors"
_PIECES: Final = "tokenizers/l2_supercat_tokenizer_config.json"


class Meanings:
    """The vector of any word, kept once it was computed."""

    def __init__(self, *, vectors: np.ndarray, pieces: Tokenizer) -> None:
        self._vectors = vectors
        self._pieces = pieces
        self._turn = Lock()
        self._known: dict[str, int] = {}
        self._sums = np.zeros((1024, WIDTH + 1), dtype=np.float32)

    def of(self, words: Sequence[str]) -> np.ndarray:
        """Return, for each word, the sum of its pieces' vectors and, as the last number, how many pieces it has."""
        with self._turn:
            if len(self._known) > _MOST_WORDS:
                self._known.clear()
            self._learn([word for word in dict.fromkeys(words) if word not in self._known])
            return self._sums[[self._known[word] for word in words]]

    def _learn(self, words: Sequence[str]) -> None:
        first = len(self._known)
        while first + len(words) > len(self._sums):
            self._sums = np.concatenate([self._sums, np.zeros_like(self._sums)])
        for number, pieces in enumerate(self._pieces.encode_batch(list(words), add_special_tokens=False), start=first):
            self._sums[number, :WIDTH] = self._vectors[pieces.ids].sum(axis=0)
            self._sums[number, WIDTH] = len(pieces.ids)
            self._known[words[number - first]] = number


@lru_cache(maxsize=1)
def meanings() -> Meanings | None:
    """Return the vectors, or None where they are not installed or cannot be read."""
    found = find_spec("wordllama")
    folder = Path(found.origin).parent if found is not None and found.origin else None
    if folder is None or not (folder / _WEIGHTS).exists() or not (folder / _PIECES).exists():
        return None
    try:
        (vectors,) = load_file(folder / _WEIGHTS).values()
    except (SafetensorError, ValueError):
        return None
    pieces = Tokenizer.from_file(str(folder / _PIECES))
    pieces.no_padding()
    pieces.no_truncation()
    return Meanings(vectors=vectors.astype(np.float32), pieces=pieces)
