"""How unlikely a count is, given what was counted before."""

from __future__ import annotations

from math import lgamma, log, log1p, log10
from typing import Final

SWAY: Final = 36.0
"""The most that is made of the past: shares drift within a day by a sixth (1 / sqrt 36) for no cause."""

UNSEEN: Final = 0.5
"""What was never seen counts as seen half a time."""

_TERMS: Final = 400
_NEGLIGIBLE: Final = 1e-4


def unlikeliness(count: int, *, usual: float, seen: float) -> float:
    """Return -log10 of the chance to count as many or more where `usual` many are usual: 9 is one in a billion.

    What is usual is not known, only guessed from `seen` complaints of the past: the fewer they were, the less a count
    surprises (a negative binomial, which is what Poisson becomes when its rate is a guess). 0 for a usual count.
    """
    if count < 1 or count <= usual:
        return 0.0
    shape = min(seen + UNSEEN, SWAY)
    share = usual / (usual + shape)
    first = lgamma(count + shape) - lgamma(shape) - lgamma(count + 1) + count * log(share) + shape * log1p(-share)
    term = total = 1.0
    for number in range(count, count + _TERMS):
        term *= share * (number + shape) / (number + 1)
        total += term
        if term < _NEGLIGIBLE:
            break
    return max(0.0, -(first / log(10) + log10(total)))
