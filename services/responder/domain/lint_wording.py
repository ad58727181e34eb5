"""The lint of wording: which phrases a text owes in its language and form, and which it must not use."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from services.responder.domain import lint_words as words
from services.responder.domain.facts import Form
from services.responder.domain.lint_words import Patterns

_WORDS: Final = re.compile(r"[^\W\d_]+")
_SENTENCE: Final = re.compile(r"(?<=[.!?\n])\s+")
_FEWEST_WORDS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason to withhold a text: a code for programs, a sentence for the person who mends the template."""

    code: str
    detail: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What the wording of a text is judged by, whoever the customer is."""

    language: str
    form: Form
    safety: bool
    contact: bool
    wish: bool
    given: frozenset[str]
    sender: str


@lru_cache(maxsize=4096)
def wording_findings(bare: str, wanted: Wanted) -> tuple[Finding, ...]:
    """Return what is wrong with the wording; remembered, because one template gives the same words to thousands."""
    return (
        *_missing_phrases(bare, wanted),
        *_undated(bare, wanted),
        *_forbidden(bare, wanted),
        *_language(bare, wanted),
    )


def _missing_phrases(bare: str, wanted: Wanted) -> Iterator[Finding]:
    for code, phrases, detail in _owed(wanted):
        if not _says(phrases, wanted, bare):
            yield Finding(code=code, detail=detail)


def _owed(wanted: Wanted) -> Iterator[tuple[str, Patterns, str]]:
    yield "automatic_missing", words.AUTOMATIC, "it does not say that it was sent automatically"
    yield "add_information_missing", words.ANSWER_HERE, "it does not say how to add information"
    if not wanted.contact or wanted.form == "public":
        yield "person_missing", words.PERSON, "it does not say how to reach a person"
    if wanted.safety:
        yield "safety_missing", words.DANGER, "people may be in danger, and it gives no advice"
    if wanted.form == "public":
        yield "private_missing", words.IN_PRIVATE, "it does not invite to a private place"
    elif not wanted.wish:
        yield "outcome_not_asked", words.ASKS_FOR_OUTCOME, "the wish is not known, and it does not ask for it"


def _undated(bare: str, wanted: Wanted) -> Iterator[Finding]:
    for sentence in _SENTENCE.split(bare):
        if _says(words.AS_SOON_AS, wanted, sentence) and not _has_digit(sentence):
            yield Finding(code="no_date", detail="it says `as soon as possible` and gives no date")
            return


def _forbidden(bare: str, wanted: Wanted) -> Iterator[Finding]:
    for code, phrases, detail in _REFUSED:
        if _says(phrases, wanted, bare):
            yield Finding(code=code, detail=detail)
    if wanted.form != "public" and _says(words.ELSEWHERE, wanted, bare):
        yield Finding(code="other_channel", detail="it sends the customer to another channel")
    for given in sorted(wanted.given & words.ASKS_AGAIN.keys()):
        if _says(words.ASKS_AGAIN[given], wanted, bare):
            yield Finding(code="asks_again", detail=f"it asks for the {given.replace('_', ' ')}, which was given")
    yield from _in_no_language(bare, wanted.sender)


def _in_no_language(text: str, sender: str) -> Iterator[Finding]:
    if words.PLACEHOLDER.search(text):
        yield Finding(code="placeholder", detail="a placeholder was left unfilled")
    if words.CLOSED_PLATFORM.search(text):
        yield Finding(code="closed_platform", detail="it links to the ODR platform, which closed on 20 July 2025")
    if words.NO_REPLY.search(text) or words.NO_REPLY.search(sender):
        yield Finding(code="no_reply", detail="it comes from an address that takes no answer, or asks for none")


_REFUSED: Final = (
    ("blame", words.BLAME, "it blames the customer or denies the complaint before anybody has looked"),
    ("unapproved_remedy", words.REMEDY, "it promises a remedy that nobody has approved"),
    ("advertising", words.ADVERTISING, "it advertises"),
)


def _language(bare: str, wanted: Wanted) -> Iterator[Finding]:
    found = _WORDS.findall(bare.lower())
    if len(found) < _FEWEST_WORDS:
        return
    scores = {name: sum(word in stops for word in found) for name, stops in words.STOP_WORDS.items()}
    best = max(scores, key=lambda name: (scores[name], name == wanted.language))
    if wanted.language in scores and best != wanted.language:
        yield Finding(code="language", detail=f"it reads as `{best}`, the customer writes `{wanted.language}`")


def _says(phrases: Patterns, wanted: Wanted, text: str) -> bool:
    pattern = phrases.get(wanted.language) or phrases["en"]
    return pattern.search(text) is not None


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)
