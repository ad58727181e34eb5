"""A figure: one measure against its denominator, judged by its target; and the table of all of them."""

from __future__ import annotations

from collections.abc import Sequence
from statistics import median

import msgspec

from tests.bench.rounds import spread

HEAD = ("measure", "median (range)", "must", "aim", "verdict")


class Figure(msgspec.Struct, frozen=True, kw_only=True):
    """One row: `values` are those of the rounds; `at_most` says that less is better.

    `parts` holds what the values were computed from, `note` what a reader must know to believe them.
    """

    measure: str
    values: list[float]
    must: float
    aim: float
    at_most: bool = False
    unit: str = ""
    note: str = ""
    parts: dict[str, list[float]] = {}

    @property
    def verdict(self) -> str:
        """How the median stands to the target."""
        if self._reaches(self.aim):
            return "aim reached"
        return "must kept" if self._reaches(self.must) else "MISSED"

    def _reaches(self, target: float) -> bool:
        found = median(self.values)
        return found <= target if self.at_most else found >= target


def table(figures: Sequence[Figure]) -> list[str]:
    """Return the lines of the table, in Markdown."""
    rows = [HEAD, *(_row(figure) for figure in figures)]
    widths = [max(len(row[n]) for row in rows) for n in range(len(HEAD))]
    lines = [_line(row, widths) for row in rows]
    return [lines[0], "|".join(["", *("-" * (width + 2) for width in widths), ""]), *lines[1:]]


def details(figures: Sequence[Figure]) -> list[str]:
    """Return what each figure was computed from."""
    lines = []
    for figure in figures:
        lines += ["", f"{figure.measure}: {figure.note}" if figure.note else figure.measure]
        lines += [f"    {spread(values, digits=_digits(values)):>32}  {name}" for name, values in figure.parts.items()]
    return lines


def _row(figure: Figure) -> tuple[str, ...]:
    sign = "<=" if figure.at_most else ">="
    unit = f" {figure.unit}" if figure.unit else ""
    values = spread(figure.values, digits=_digits(figure.values))
    must, aim = (f"{sign} {target:g}{unit}" for target in (figure.must, figure.aim))
    return figure.measure, f"{values}{unit}", must, aim, figure.verdict


def _digits(values: Sequence[float]) -> int:
    middle = abs(median(values))
    return 0 if middle >= 100 else 1 if middle >= 10 else 2 if middle >= 0.1 else 3


def _line(row: Sequence[str], widths: Sequence[int]) -> str:
    return "| " + " | ".join(cell.ljust(width) for cell, width in zip(row, widths, strict=True)) + " |"
