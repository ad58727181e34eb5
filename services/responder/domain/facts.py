"""The facts that an acknowledgement tells, and the words they take in a language."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal
from zoneinfo import ZoneInfo

from services.responder.domain.terms import Terms
from services.responder.domain.wording import wording
from services.responder.domain.work import WorkState
from shared.rulebook.policy_parts import Escalation
from shared.rulebook.queues import QueuesFile
from shared.rulebook.taxonomy import TaxonomyFile
from shared.rulebook.words import title_in

Form = Literal["long", "short", "public"]

_LONGEST_WISH: Final[dict[str, int]] = {"long": 160, "short": 40, "public": 0}
_BLANKS: Final = re.compile(r"[\s\x00-\x1f\x7f\u2028\u2029]+")
_BRACES: Final = re.compile(r"[{}<>\[\]]")
_LINKS: Final = re.compile(r"\b(?:https?://|www\.)\S*|\S+@\S+", re.IGNORECASE)
_DOTTED: Final = re.compile(r"(?<=\w)\.(?=[^\W\d])")


@dataclass(frozen=True, slots=True, kw_only=True)
class Promised:
    """A date that the customer is told; with the time of day where the promise is one of hours."""

    due_at: datetime
    with_time: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class AcknowledgementFacts:
    """What is known when a complaint is acknowledged.

    `language` is the one to write in. `outcome` is what the customer asks for, in their words or the taxonomy's; None
    means that they did not say, so the acknowledgement asks. `given` names what they told already and must not be
    asked again; `missing` is asked at once, in the customer's language. `personal` holds what must not stand in public
    (names, handles, numbers). `sender` is the address the message comes from.
    """

    reference: str
    language: str
    received_at: datetime
    channel: str
    problem: str
    team: str
    zone: ZoneInfo
    severity: str
    organisation: str
    outcome: str | None = None
    first_response: Promised | None = None
    next_update: Promised | None = None
    final_answer: Promised | None = None
    contact: str | None = None
    escalation: Escalation | None = None
    missing: tuple[str, ...] = ()
    given: frozenset[str] = frozenset()
    personal: tuple[str, ...] = ()
    sender: str | None = None
    policy: str = ""

    @property
    def safety(self) -> bool:
        """True where people may be in danger."""
        return self.severity == "S1"


def facts_of(
    state: WorkState,
    *,
    taxonomy: TaxonomyFile,
    queues: QueuesFile,
    terms: Terms,
    language: str,
    organisation: str,
    contact: str | None = None,
    sender: str | None = None,
    personal: tuple[str, ...] = (),
    given: frozenset[str] = frozenset(),
    now: datetime | None = None,
) -> AcknowledgementFacts:
    """Return the facts of a complaint in the language that templates exist for (`Templates.language_for`).

    `now` dates what the acknowledgement itself starts; without it, what starts then is not known yet.
    """
    queue = queues.queues.get(state.queue)
    escalation = terms.policy.escalation
    return AcknowledgementFacts(
        reference=state.reference,
        language=language,
        received_at=state.received_at,
        channel=state.channel,
        problem=_problem(state, taxonomy, language),
        team=title_in(queue.titles, language) if queue else state.queue,
        zone=terms.hours[terms.policy.calendar].zone,
        severity=state.severity,
        organisation=organisation,
        outcome=_outcome(state.outcome_sought, taxonomy, language),
        first_response=_promised(state, "first_response"),
        next_update=_promised(state, "next_update"),
        final_answer=_promised(state, "resolve") or _started_by_this(terms, "resolve", now),
        contact=contact,
        escalation=escalation if escalation and escalation.in_acknowledgement else None,
        given=given,
        personal=personal,
        sender=sender,
        policy=state.policy,
    )


def values(facts: AcknowledgementFacts, form: Form) -> dict[str, Any]:
    """Return what a template may fill in: every value a text in the language, or None where there is nothing to say."""
    words = wording(facts.language)

    def told(promised: Promised | None) -> str | None:
        if promised is None:
            return None
        if form == "short":
            return (words.short_day_and_time if promised.with_time else words.short_day)(promised.due_at, facts.zone)
        return (words.day_and_time if promised.with_time else words.day)(promised.due_at, facts.zone)

    received = words.short_day if form == "short" else words.day_and_time
    escalation = facts.escalation
    return {
        "reference": facts.reference,
        "received": received(facts.received_at, facts.zone),
        "channel": words.channel(facts.channel),
        "problem": facts.problem,
        "outcome": plain(facts.outcome, limit=_LONGEST_WISH[form]),
        "team": facts.team,
        "first_response": told(facts.first_response),
        "next_update": told(facts.next_update),
        "final_answer": told(facts.final_answer),
        "contact": facts.contact,
        "safety": facts.safety,
        "escalation": {"body": escalation.body, "address": escalation.address} if escalation else None,
        "missing": list(facts.missing),
        "organisation": facts.organisation,
    }


def plain(text: str | None, *, limit: int) -> str | None:
    """Return a customer's words as one line without braces, tags or links, cut at a word; None where nothing is left.

    Links go because anybody can write anybody's address into a form: we would carry them to a stranger.
    """
    if text is None or limit <= 0:
        return None
    line = _BLANKS.sub(" ", _DOTTED.sub(". ", _LINKS.sub(" ", _BRACES.sub(" ", text)))).strip()
    if len(line) > limit:
        line = line[:limit].rsplit(" ", 1)[0].rstrip(" ,;:.") + " (…)"
    return line.rstrip(".") or None


def _problem(state: WorkState, taxonomy: TaxonomyFile, language: str) -> str:
    category = taxonomy.categories.get(state.category)
    if category is None:
        return state.category.replace("_", " ")
    title = title_in(category.titles, language)
    sub = category.subcategories.get(state.subcategory or "")
    return f"{title} – {_in_a_sentence(title_in(sub.titles, language), language)}" if sub else title


def _outcome(sought: str | None, taxonomy: TaxonomyFile, language: str) -> str | None:
    if not sought:
        return None
    known = taxonomy.outcomes_sought.get(sought) or taxonomy.redress.get(sought)
    return _in_a_sentence(title_in(known.titles, language), language) if known else sought


def _in_a_sentence(title: str, language: str) -> str:
    return title if language == "de" else title[:1].lower() + title[1:]


def _started_by_this(terms: Terms, kind: str, now: datetime | None) -> Promised | None:
    clock = terms.policy.clocks.get(kind)
    if now is None or clock is None or clock.starts_at != "acknowledged":
        return None
    return Promised(due_at=terms.due(kind, now), with_time=not clock.allowance.in_days)


def _promised(state: WorkState, kind: str) -> Promised | None:
    clock = state.clocks.get(kind)
    if clock is None or clock.state == "cancelled":
        return None
    return Promised(due_at=clock.due_at, with_time=clock.unit in ("minutes", "hours"))
