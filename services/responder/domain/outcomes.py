"""How a complaint ends, and begins again."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from services.responder.domain.entries import Entry
from services.responder.domain.firing import after_time
from services.responder.domain.fold import apply_all
from services.responder.domain.recording import entry
from services.responder.domain.refusal import conflict, invalid
from services.responder.domain.reopening import reopening, resumption
from services.responder.domain.terms import Terms
from services.responder.domain.work import WorkState

WITHOUT_AN_ANSWER = frozenset({"withdrawn", "duplicate_merged", "no_contact"})
"""Outcomes after which nobody waits for a human answer any more."""

_MOOT_ONCE_RESOLVED = ("forwarded", "signposted")
"""Nobody has to be sent elsewhere any more."""

_LONGEST_SUMMARY = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Vocabulary:
    """The codes of the taxonomy that an ending is written in."""

    outcomes: frozenset[str]
    root_causes: frozenset[str]
    redress: frozenset[str]
    reopen_reasons: frozenset[str]


@after_time
def resolve(
    state: WorkState,
    *,
    outcome: str | None,
    root_cause: str | None,
    redress: Sequence[str],
    summary: str | None,
    vocabulary: Vocabulary,
    terms: Terms,
    by: str,
    now: datetime,
) -> tuple[Entry, ...]:
    """Return the entries that resolve the complaint; `redress` is recorded apart from the outcome.

    What repeats and what is only a window is cancelled; a first answer stays owed unless nobody waits for it.
    """
    if not state.is_open:
        raise conflict(f"the complaint is {state.state} already")
    errors = [
        *_chosen("/outcome", outcome, vocabulary.outcomes),
        *_chosen("/root_cause", root_cause, vocabulary.root_causes),
        *(error for n, code in enumerate(redress) for error in _chosen(f"/redress/{n}", code, vocabulary.redress)),
    ]
    if summary is not None and len(summary) > _LONGEST_SUMMARY:
        errors.append(("/summary", f"has more than {_LONGEST_SUMMARY} characters"))
    if errors:
        raise invalid(*errors)
    resumed = resumption(state, reason="resolved", terms=terms, by=by, at=now)
    state = apply_all(state, resumed)
    data = {
        "outcome": outcome,
        "root_cause": root_cause,
        "redress": list(dict.fromkeys(redress)),
        "summary": summary,
        "clocks": terms.starts(now, "resolved", running=state.clocks),
        "cancels": _owed_no_more(state, str(outcome), terms),
    }
    return (*resumed, entry(state, "resolved", at=now, by=by, data=data))


@after_time
def reopen(
    state: WorkState, *, reason: str, terms: Terms, vocabulary: Vocabulary, by: str, now: datetime
) -> tuple[Entry, ...]:  # fmt: skip
    """Return the entry that opens a resolved or closed complaint again."""
    if state.is_open:
        raise conflict("the complaint is open")
    errors = _chosen("/reason", reason, vocabulary.reopen_reasons)
    if errors:
        raise invalid(*errors)
    return reopening(state, reason=reason, terms=terms, by=by, at=now)


def close(state: WorkState, *, by: str, now: datetime) -> tuple[Entry, ...]:
    """Return the entry that closes a resolved complaint; clocks that still run are cancelled, a breach stays one."""
    if state.state != "resolved":
        why = "closed already" if state.state == "closed" else "not resolved yet"
        raise conflict(f"the complaint is {why}")
    running = [kind for kind, clock in state.clocks.items() if clock.state in ("running", "paused")]
    lasting = [kind for kind in running if state.clocks[kind].expires == "breach"]
    return (entry(state, "closed", at=now, by=by, data={"cancels": lasting}),)


def _owed_no_more(state: WorkState, outcome: str, terms: Terms) -> list[str]:
    if outcome in WITHOUT_AN_ANSWER:
        return list(state.clocks)
    repeating = {kind for kind in terms.policy.clocks if terms.policy.repeats(kind)}
    return [
        kind
        for kind, clock in state.clocks.items()
        if kind in repeating
        or (clock.expires == "lapse" and not terms.policy.begins_with_the_end(kind))
        or clock.met_by in _MOOT_ONCE_RESOLVED
    ]


def _chosen(pointer: str, code: str | None, known: frozenset[str]) -> list[tuple[str, str]]:
    if not code:
        return [(pointer, "is missing: write one of " + ", ".join(sorted(known)))]
    return [] if code in known else [(pointer, "is not in the taxonomy: write one of " + ", ".join(sorted(known)))]
