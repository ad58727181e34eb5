"""Decides complaints of the past by another rulebook: runs in worker processes, which hold both rulebooks."""

from __future__ import annotations

from collections.abc import Sequence
from functools import lru_cache
from pathlib import Path

import msgspec

from services.router.domain.comparing import Compared, Comparison
from services.router.domain.reading import Reading
from services.router.domain.routing import contacts_told
from services.router.usecases.deciding import ByRulebook
from shared.contracts.parts import Decision
from shared.contracts.received import MessageReceived
from shared.rulebook.load import Rulebook, load

Row = tuple[str, str, str, str | None]
"""A complaint of the past: its reference, its opening message and first decision as JSON, and the outcome sought."""

_message = msgspec.json.Decoder(MessageReceived).decode
_decision = msgspec.json.Decoder(Decision).decode


def compare_decisions(rows: Sequence[Row], *, in_force: Path, candidate: Path) -> Comparison:
    """Return what the candidate would have decided otherwise; both folders hold rulebooks that are known to load."""
    judge, present = _judge(candidate), _judge(in_force).rulebook
    reads_alike = _reads_alike(present, judge.rulebook)
    found = Comparison()
    for reference, content, body, outcome_sought in rows:
        try:
            message, was = _message(content), _decision(body)
        except msgspec.MsgspecError:
            found.unreadable += 1
            continue
        if reads_alike and was.rulebook == present.version:
            # What was read then would be read again, and reading is most of the work.
            would_be = judge.by_reading(message, _as_read(was, outcome_sought), contacts_told(was)).decision
        else:
            would_be = judge(message, contacts=contacts_told(was)).decision
        found.add(
            Compared(
                reference=reference,
                was=(was.queue, was.playbook, was.policy, was.priority),
                would_be=(would_be.queue, would_be.playbook, would_be.policy, would_be.priority),
                other_dates=terms_of(present, was.queue, was.policy)
                != terms_of(judge.rulebook, would_be.queue, would_be.policy),
            )
        )
    return found


def compare_in_worker(rows: Sequence[Row], in_force: str, candidate: str) -> Comparison:
    """Do the same with arguments that travel to another process."""
    return compare_decisions(rows, in_force=Path(in_force), candidate=Path(candidate))


@lru_cache(maxsize=4)
def _judge(folder: Path) -> ByRulebook:
    return ByRulebook(rulebook=load(folder))


@lru_cache(maxsize=4)
def _reads_alike(one: Rulebook, other: Rulebook) -> bool:
    """Tell whether both read every text alike: by the same words and examples, to the same facts."""
    return (one.lexicons, one.examples, one.taxonomy) == (other.lexicons, other.examples, other.taxonomy)


def _as_read(decision: Decision, outcome_sought: str | None) -> Reading:
    """Return the reading by which a decision was made, but for its evidence."""
    return Reading(
        language=decision.language,
        category=decision.category,
        subcategory=decision.subcategory,
        severity=decision.severity,
        signals=decision.signals,
        outcome_sought=outcome_sought,
        evidence=(),
    )


@lru_cache(maxsize=4096)
def terms_of(rulebook: Rulebook, queue: str, policy: str) -> str | None:
    """Return all that dates are computed from; nothing where the rulebook does not hold it any more."""
    desk, terms = rulebook.queues.get(queue), rulebook.policies.get(policy)
    if desk is None or terms is None:
        return None
    clocks = sorted(terms.calendar_names() | ({desk.calendar} if desk.calendar else set()))
    calendars = ",".join(f"{name}={rulebook.calendars[name].model_dump_json()}" for name in clocks)
    own = terms.model_dump_json(exclude={"title", "source", "evidence", "escalation", "jurisdiction", "sector"})
    return f"{desk.calendar}|{own}|{calendars}"
