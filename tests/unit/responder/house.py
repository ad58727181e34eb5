"""The default policies and calendars, a complaint to work on, and a desk that keeps its ledger."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from services.responder.domain.entries import Entry
from services.responder.domain.firing import fire
from services.responder.domain.fold import apply_all
from services.responder.domain.opening import Opening, open_work
from services.responder.domain.outcomes import Vocabulary
from services.responder.domain.terms import Terms, terms_of
from services.responder.domain.work import WorkState
from shared.rulebook.calendars import Calendar, read_calendars
from shared.rulebook.playbooks import PlaybookStep
from shared.rulebook.policies import Policy, read_policies
from shared.rulebook.templates import Templates, read_templates

RULEBOOK = Path(__file__).parents[3] / "deploy" / "rulebook"
RECEIVED = datetime(2026, 12, 18, 16, 30, tzinfo=UTC)  # a Friday, 17:30 in Rome

VOCABULARY = Vocabulary(
    outcomes=frozenset({"upheld", "not_upheld", "withdrawn"}),
    root_causes=frozenset({"packaging", "carrier"}),
    redress=frozenset({"spare_part", "apology"}),
    reopen_reasons=frozenset({"not_fixed", "disputed"}),
)
STEPS = (
    PlaybookStep.model_validate(
        {"id": "listen", "order": 1, "actor": "agent", "titles": {"en": "Listen"}, "done_when": {"en": "Heard"}}
        | {"due_offset": "4 hours", "skippable_with_reason": True}
    ),
    PlaybookStep.model_validate(
        {"id": "solve", "order": 2, "actor": "agent", "titles": {"en": "Solve"}, "done_when": {"en": "Solved"}}
        | {"required_evidence": ["proof_of_dispatch"]}
    ),
    PlaybookStep.model_validate(
        {"id": "confirm", "order": 3, "actor": "system", "titles": {"en": "Confirm"}, "done_when": {"en": "Sent"}}
        | {"message_template": "acknowledgement"}
    ),
)


@cache
def calendars() -> dict[str, Calendar]:
    found, problems = read_calendars(RULEBOOK)
    assert not problems
    return found


@cache
def policies() -> dict[str, Policy]:
    found, problems = read_policies(RULEBOOK, calendars=calendars())
    assert not problems
    return found


@cache
def templates() -> Templates:
    found, problems = read_templates(RULEBOOK)
    assert not problems
    return found


@cache
def terms(policy: str = "retail.default") -> Terms:
    return terms_of(policies()[policy], calendars())


def opening(*, policy: str = "retail.default", received_at: datetime = RECEIVED) -> Opening:
    return Opening(
        reference="HJKMNPQ23",
        account="care",
        channel="email",
        received_at=received_at,
        queue="logistics",
        playbook="latte",
        policy=policy,
        priority="P3",
        category="delivery",
        subcategory="late",
        severity="S3",
        language="it",
        rulebook="1+abcd",
    )


class Desk:
    """A complaint with its ledger; `does` appends what a function decided."""

    def __init__(self, policy: str = "retail.default", *, received_at: datetime = RECEIVED) -> None:
        self.terms = terms(policy)
        opened = open_work(
            opening(policy=policy, received_at=received_at), terms=self.terms, steps=STEPS, now=received_at
        )
        self.entries: list[Entry] = list(opened)
        self.state: WorkState = apply_all(None, opened)

    def does(self, entries: Sequence[Entry]) -> list[str]:
        self.entries += entries
        self.state = apply_all(self.state, entries)
        return [entry.kind for entry in entries]

    def time_passes(self, now: datetime) -> list[str]:
        return self.does(fire(self.state, terms=self.terms, now=now))

    def clock_states(self) -> dict[str, str]:
        return {kind: clock.state for kind, clock in self.state.clocks.items()}
