"""The lint of acknowledgements: what one must contain, what it must not, and why a text is withheld.

The three forms owe different things. The long one (mail, forms) owes everything. The short one (chat, SMS: 480
characters) leaves out the escalation body, which comes with the first answer of a person. The public one leaves out
what a stranger should not read (when and how it came, the problem and the wish restated, the team) and owes an
invitation to a private place instead.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from typing import Any, Final

from services.responder.domain import lint_words as words
from services.responder.domain.facts import AcknowledgementFacts, Form, values
from services.responder.domain.lint_personal import personal_data, strange_references
from services.responder.domain.lint_words import Patterns

SHORT_LENGTH: Final = 480

_REQUIRED: Final[dict[Form, tuple[str, ...]]] = {
    "long": ("reference", "received", "channel", "problem", "team", "next_update", "final_answer"),
    "short": ("reference", "received", "channel", "problem", "team", "next_update", "final_answer"),
    "public": ("reference", "next_update", "final_answer"),
}
_DATES: Final = ("first_response", "next_update", "final_answer", "received")
_FILLED_IN: Final = (*_DATES, "reference", "outcome", "problem", "team", "organisation", "contact", "channel")
_SHORTEST_VALUE: Final = 4
_WORDS: Final = re.compile(r"[^\W\d_]+")
_SENTENCE: Final = re.compile(r"(?<=[.!?\n])\s+")
_FEWEST_WORDS: Final = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One reason to withhold a text: a code for programs, a sentence for the person who mends the template."""

    code: str
    detail: str


def lint(text: str, facts: AcknowledgementFacts, *, form: Form) -> tuple[Finding, ...]:
    """Return everything that is missing in an acknowledgement or must not stand in it; nothing means fit to be sent."""
    filled = values(facts, form)
    bare = _bare(text, filled)
    wanted = Wanted(
        language=facts.language,
        form=form,
        safety=facts.safety,
        contact=facts.contact is not None,
        wish=filled["outcome"] is not None,
        given=facts.given,
        sender=facts.sender or "",
    )
    return (
        *_missing_values(text, filled, form),
        *_wording(bare, wanted),
        *_personal(bare, facts, form),
        *_length(text, form),
        *_dates(facts),
    )


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
def _wording(bare: str, wanted: Wanted) -> tuple[Finding, ...]:
    """Return what is wrong with the wording; remembered, because one template gives the same words to thousands."""
    return (
        *_missing_phrases(bare, wanted),
        *_undated(bare, wanted),
        *_forbidden(bare, wanted),
        *_language(bare, wanted),
    )


def _missing_values(text: str, filled: dict[str, Any], form: Form) -> Iterator[Finding]:
    for name in _REQUIRED[form]:
        value = filled[name]
        if value is None:
            yield Finding(code=f"{name}_unknown", detail=f"there is no {name.replace('_', ' ')} to tell")
        elif str(value) not in text:
            yield Finding(code=f"{name}_missing", detail=f"it does not say `{name}`")
    if form != "public" and filled["outcome"] is not None and filled["outcome"] not in text:
        yield Finding(code="outcome_missing", detail="it does not restate what the customer asks for")
    if form == "long":
        yield from _missing_in_a_long_one(text, filled)


def _missing_in_a_long_one(text: str, filled: dict[str, Any]) -> Iterator[Finding]:
    for question in filled["missing"]:
        if question not in text:
            yield Finding(code="question_missing", detail="it does not ask at once for what is missing")
    escalation = filled["escalation"]
    if escalation and (escalation["body"] not in text or escalation["address"] not in text):
        yield Finding(code="escalation_missing", detail="the policy asks for the escalation body and its address")


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


def _personal(bare: str, facts: AcknowledgementFacts, form: Form) -> Iterator[Finding]:
    if strange_references(bare):
        yield Finding(code="other_reference", detail="it carries the reference of another complaint")
    if form == "public":
        for kind in personal_data(bare, known=facts.personal):
            yield Finding(code="personal_data", detail=f"everybody can read it, and it carries {kind}")


def _language(bare: str, wanted: Wanted) -> Iterator[Finding]:
    found = _WORDS.findall(bare.lower())
    if len(found) < _FEWEST_WORDS:
        return
    scores = {name: sum(word in stops for word in found) for name, stops in words.STOP_WORDS.items()}
    best = max(scores, key=lambda name: (scores[name], name == wanted.language))
    if wanted.language in scores and best != wanted.language:
        yield Finding(code="language", detail=f"it reads as `{best}`, the customer writes `{wanted.language}`")


def _length(text: str, form: Form) -> Iterator[Finding]:
    if form == "short" and len(text) > SHORT_LENGTH:
        yield Finding(code="too_long", detail=f"it has {len(text)} characters; a short one has {SHORT_LENGTH} at most")


def _dates(facts: AcknowledgementFacts) -> Iterator[Finding]:
    first, last = facts.next_update, facts.final_answer
    if first and last and first.due_at <= facts.received_at:
        yield Finding(code="date_passed", detail="the date of the next update has passed before it was promised")


def _says(phrases: Patterns, wanted: Wanted, text: str) -> bool:
    pattern = phrases.get(wanted.language) or phrases["en"]
    return pattern.search(text) is not None


def _bare(text: str, filled: dict[str, Any]) -> str:
    """Return the text without what was filled in, dates as a `0`.

    A customer who asks for a discount does not make it advertising, one called May is not named by a date.
    """
    told = [(str(filled[name]), name in _DATES) for name in _FILLED_IN if filled[name] is not None]
    for value, is_date in sorted(told, key=lambda one: -len(one[0])):
        if len(value) >= _SHORTEST_VALUE:
            text = text.replace(value, "0" if is_date else "")
    return text


def _has_digit(text: str) -> bool:
    return any(character.isdigit() for character in text)
