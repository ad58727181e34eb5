"""Round-robin: on a machine whose speed swings, only what ran in the same round may be compared."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from statistics import median

Measured = dict[str, list[float]]


def round_robin(alternatives: Mapping[str, Callable[[], float]], *, rounds: int) -> Measured:
    """Return what each alternative measured in each round; every round begins with another one."""
    found: Measured = {name: [] for name in alternatives}
    names = list(alternatives)
    for number in range(rounds):
        first = number % len(names)
        for name in names[first:] + names[:first]:
            found[name].append(alternatives[name]())
    return found


def ratios(numerators: Sequence[float], denominators: Sequence[float]) -> list[float]:
    """Return the ratio of each round."""
    return [n / d for n, d in zip(numerators, denominators, strict=True)]


def in_series(*rates: Sequence[float]) -> list[float]:
    """Return for each round the rate of stages that run one after the other: 1 / (1/a + 1/b + ...)."""
    return [1 / sum(1 / rate for rate in together) for together in zip(*rates, strict=True)]


def spread(values: Sequence[float], *, digits: int = 2) -> str:
    """Return the median and the range, as a person reads them."""
    return f"{median(values):,.{digits}f} ({min(values):,.{digits}f}-{max(values):,.{digits}f})"


def percentile(values: Sequence[float], share: float) -> float:
    """Return the value that `share` of the values do not exceed."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, int(share * len(ordered)))]
