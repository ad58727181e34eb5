"""The lint of acknowledgements: what one must contain, what it must not, and why a text is withheld.

The three forms owe different things. The long one (mail, forms) owes everything. The short one (chat, SMS: 480
characters) leaves out the escalation body, which comes with the first answer of a person. The public one leaves out
what a stranger should not read (when and how it came, the problem and the wish restated, the team) and owes an
invitation to a private place instead.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from services.responder.domain.facts import AcknowledgementFacts, Form, values
from services.responder.domain.lint_personal import personal_data, strange_references
from services.responder.domain.lint_wording import Finding, Wanted, wording_findings

SHORT_LENGTH: Final = 480

_REQUIRED: Final[dict[Form, tuple[str, ...]]] = {
    "long": ("reference", "received", "channel", "problem", "team", "next_update", "final_answer"),
    "short": ("reference", "received", "channel", "problem", "team", "next_update", "final_answer"),
    "public": ("reference", "next_update", "final_answer"),
}
_DATES: Final = ("first_response", "next_update", "final_answer", "received")
_FILLED_IN: Final = (*_DATES, "reference", "outcome", "problem", "team", "organisation", "contact", "channel")
_SHORTEST_VALUE: Final = 4


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
        *wording_findings(bare, wanted),
        *_personal(bare, facts, form),
        *_length(text, form),
        *_dates(facts),
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


def _personal(bare: str, facts: AcknowledgementFacts, form: Form) -> Iterator[Finding]:
    if strange_references(bare):
        yield Finding(code="other_reference", detail="it carries the reference of another complaint")
    if form == "public":
        for kind in personal_data(bare, known=facts.personal):
            yield Finding(code="personal_data", detail=f"everybody can read it, and it carries {kind}")


def _length(text: str, form: Form) -> Iterator[Finding]:
    if form == "short" and len(text) > SHORT_LENGTH:
        yield Finding(code="too_long", detail=f"it has {len(text)} characters; a short one has {SHORT_LENGTH} at most")


def _dates(facts: AcknowledgementFacts) -> Iterator[Finding]:
    first, last = facts.next_update, facts.final_answer
    if first and last and first.due_at <= facts.received_at:
        yield Finding(code="date_passed", detail="the date of the next update has passed before it was promised")


def _bare(text: str, filled: dict[str, Any]) -> str:
    """Return the text without what was filled in, dates as a `0`.

    A customer who asks for a discount does not make it advertising, one called May is not named by a date.
    """
    told = [(str(filled[name]), name in _DATES) for name in _FILLED_IN if filled[name] is not None]
    for value, is_date in sorted(told, key=lambda one: -len(one[0])):
        if len(value) >= _SHORTEST_VALUE:
            text = text.replace(value, "0" if is_date else "")
    return text
