"""Dates that a text names, full ones as `2026-03-03`."""

from __future__ import annotations

import re
from typing import Final

_MONTHS: Final = {
    name: number
    for number, names in enumerate(
        (
            "gennaio january janvier januar enero jan", "febbraio february février februar febrero feb",
            "marzo march mars märz maerz", "aprile april avril abril", "maggio may mai mayo",
            "giugno june juin juni junio", "luglio july juillet juli julio", "agosto august août aout",
            "settembre september septembre septiembre", "ottobre october octobre oktober octubre",
            "novembre november noviembre", "dicembre december décembre dezember diciembre",
        ),
        start=1,
    )
    for name in names.split()
}  # fmt: skip
_NAMES = "|".join(sorted(_MONTHS, key=len, reverse=True))
DATE: Final = re.compile(
    r"\b(?P<y>\d{4})-(?P<m>\d{2})-(?P<d>\d{2})\b|\b(?P<d2>\d{1,2})[./](?P<m2>\d{1,2})[./](?P<y2>\d{4})\b"
    rf"|\b(?P<d3>\d{{1,2}})(?:st|nd|rd|th|er|°|\.)?\s(?:de |of )?(?P<name>{_NAMES})"
    r"(?:,? (?:de |del )?(?P<y3>\d{4}))?\b",
    re.IGNORECASE,
)


def date_of(match: re.Match[str]) -> str:
    """Return what a match of `DATE` says; without a year it stays as it was written."""
    if match["y"]:
        return match[0]
    if match["y2"]:
        return f"{match['y2']}-{int(match['m2']):02}-{int(match['d2']):02}"
    if match["y3"]:
        return f"{match['y3']}-{_MONTHS[match['name'].lower()]:02}-{int(match['d3']):02}"
    return match[0]
