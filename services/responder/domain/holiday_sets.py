"""Public holidays by place and year, looked up once."""

from __future__ import annotations

import hashlib
from datetime import date
from functools import cache
from importlib.metadata import version

import holidays

KNOWN_BY = f"holidays {version('holidays')}"
"""Which holidays are known comes with the library: another version may know others."""


@cache
def public_holidays(country: str | None, subdivision: str | None, year: int) -> dict[date, str]:
    """Return the public holidays of a year by their day; none where no country is set.

    Named in English wherever that is known: else the process's environment would choose the language.
    """
    if country is None:
        return {}
    return dict(holidays.country_holidays(country, subdiv=subdivision, years=year, language="en_US"))


@cache
def fingerprint(country: str | None, subdivision: str | None, year: int) -> str:
    """Return what tells one set of holidays from another, to be recorded beside a date that was computed by it."""
    days = sorted(day.isoformat() for day in public_holidays(country, subdivision, year))
    return hashlib.sha256("\n".join(days).encode()).hexdigest()[:12]
