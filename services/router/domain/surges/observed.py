"""What the detector is told of a complaint: its matter, and the words by which one cause is told from another."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Final
from uuid import UUID

from services.router.domain.tokens import fold, tokenise

MOST_WORDS: Final = 24
"""So many different words of a complaint are looked at; what happened stands in its beginning."""

_SHORTEST, _LONGEST, _MOST_DIGITS, _MOST_PLACES = 4, 30, 5, 4
_READ_CHARACTERS: Final = 2_000

# New on every day, and no cause of anything. Folded as words are.
_CALENDAR: Final = frozenset(
    """
    lunedi martedi mercoledi giovedi venerdi sabato domenica gennaio febbraio marzo aprile maggio giugno luglio agosto
    settembre ottobre novembre dicembre oggi ieri domani stamattina stamane stasera stanotte
    monday tuesday wednesday thursday friday saturday sunday january february march april june july august september
    october november december today yesterday tomorrow tonight morning
    lundi mardi mercredi jeudi vendredi samedi dimanche janvier fevrier mars avril juin juillet aout septembre octobre
    novembre decembre aujourd hier demain matin
    montag dienstag mittwoch donnerstag freitag samstag sonntag januar februar marz maerz juni juli oktober dezember
    heute gestern morgen
    lunes martes miercoles jueves viernes sabado domingo enero febrero abril mayo junio julio septiembre octubre
    noviembre diciembre ayer manana
    """.split()  # noqa: SIM905 - a list of them would be five times as long
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Observation:
    """A complaint as the detector sees it; `topic` is its category and subcategory, `party_id` who complains."""

    complaint_id: UUID
    party_id: UUID
    at: datetime
    topic: str
    account: str
    words: tuple[str, ...] = ()


def topic_of(category: str, subcategory: str | None) -> str:
    """Name a matter: `delivery.late`."""
    return f"{category}.{subcategory}" if subcategory else category


def words_of(text: str, *, subject: str | None = None, metadata: Mapping[str, str] | None = None) -> tuple[str, ...]:
    """Return what may tell one cause from another, in any language: words and model names, no numbers, no dates."""
    whole = f"{subject}\n\n{text[:_READ_CHARACTERS]}" if subject else text[:_READ_CHARACTERS]
    told = (f"{key}={value}".casefold() for key, value in islice((metadata or {}).items(), _MOST_PLACES))
    found = dict.fromkeys(place for place in told if len(place) <= _LONGEST and place.isprintable())
    found |= dict.fromkeys(islice(_telling(dict.fromkeys(tokenise(whole))), MOST_WORDS))
    return tuple(found)


def _telling(tokens: Iterable[str]) -> Iterator[str]:
    for token in tokens:
        if _SHORTEST <= len(token) <= _LONGEST or (len(token) > 1 and not token.isalpha() and token.isalnum()):
            word = fold(token, language="")
            # Long numbers are orders, telephones, cards; short ones are amounts.
            letters = sum(map(str.isalpha, word))
            if letters and len(word) - letters <= _MOST_DIGITS and word not in _CALENDAR:
                yield word
