"""Which letter a complaint is owed at its end, and what the policy behind it says of itself."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import Final, Literal

from services.responder.domain.work import WorkState
from shared.rulebook.happenings import Evidence, unverified
from shared.rulebook.policies import Policy

Letter = Literal["summary_resolution", "final_response"]
SUMMARY: Final = "summary_resolution"


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldEscalation:
    """Whom a letter names, where they are, and how long the customer has for it (ISO 8601)."""

    body: str
    address: str
    post: str
    within: str | None
    evidence: Evidence
    unverified: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldPause:
    """On which ground clocks may stand still, and for how long in all."""

    at_most: str
    ground: str
    says: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ToldTerms:
    """A policy as whoever works by it is shown it: `unverified` where figures of it are from memory."""

    policy: str
    title: str
    source: str
    evidence: Evidence
    unverified: bool
    effective_from: date | None
    effective_to: date | None
    effective_note: str
    note: str
    pause: ToldPause | None
    escalation: ToldEscalation | None
    letter: Letter


def told_terms(state: WorkState, policy: Policy) -> ToldTerms:
    """Return what is shown of the policy of a complaint."""
    pause = policy.pause
    return ToldTerms(
        policy=policy.policy,
        title=policy.title,
        source=policy.source,
        evidence=policy.evidence,
        unverified=any(unverified(policy.evidence_of(kind)) for kind in policy.clocks),
        effective_from=policy.effective_from,
        effective_to=policy.effective_to,
        effective_note=policy.effective_note,
        note=policy.note,
        pause=ToldPause(at_most=str(pause.at_most), ground=pause.ground, says=pause.says) if pause else None,
        escalation=_escalation(policy),
        letter=letter_owed(state),
    )


def letter_owed(state: WorkState) -> Letter:
    """Return the letter that ends the complaint.

    What is resolved while the summary window is open, or was, gets a summary resolution communication; any other, a
    final response.
    """
    window = state.clocks.get(SUMMARY)
    return SUMMARY if window is not None and window.state in ("running", "paused", "met") else "final_response"


def _escalation(policy: Policy) -> ToldEscalation | None:
    named = policy.escalation
    if named is None:
        return None
    return ToldEscalation(
        body=named.body,
        address=named.address,
        post=named.post,
        within=named.within.iso() if named.within else None,
        evidence=named.evidence,
        unverified=unverified(named.evidence),
    )
