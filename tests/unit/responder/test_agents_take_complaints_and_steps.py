"""One owner, steps with evidence, and what the state does not allow."""

from __future__ import annotations

from collections.abc import Callable
from typing import Literal

import pytest

from services.responder.domain.acknowledging import (
    acknowledgement_failed,
    acknowledgement_queued,
    acknowledgement_sent,
    acknowledgement_withheld,
)
from services.responder.domain.actions import claim, release
from services.responder.domain.outcomes import close, reopen
from services.responder.domain.refusal import Refused
from services.responder.domain.steps import set_step
from tests.unit.responder.deeds import SOON
from tests.unit.responder.house import VOCABULARY, Desk


def test_what_the_state_does_not_allow_is_a_conflict() -> None:
    desk = Desk()

    def refused(act: Callable[[], object]) -> int:
        with pytest.raises(Refused) as refused:
            act()
        return refused.value.status

    desk_state, words = desk.state, VOCABULARY
    assert refused(lambda: release(desk_state, by="key:a", now=SOON)) == 409
    assert refused(lambda: close(desk_state, by="key:a", now=SOON)) == 409
    assert (
        refused(
            lambda: reopen(desk_state, reason="not_fixed", terms=desk.terms, vocabulary=words, by="key:a", now=SOON)
        )
        == 409
    )


def test_a_complaint_has_one_owner() -> None:
    desk = Desk()
    assert desk.does(claim(desk.state, owner="anna", by="key:a", now=SOON)) == ["claimed"]
    assert desk.does(claim(desk.state, owner="anna", by="key:a", now=SOON)) == []
    with pytest.raises(Refused):
        claim(desk.state, owner="bruno", by="key:b", now=SOON)


def test_a_step_is_done_with_evidence_or_skipped_with_a_reason() -> None:
    desk = Desk()

    def settle(step: str, to: str, *, evidence: str | None = None, reason: str | None = None) -> list[str]:
        state: Literal["done", "skipped"] = "done" if to == "done" else "skipped"
        return desk.does(
            set_step(desk.state, step=step, to=state, evidence=evidence, reason=reason, by="key:a", now=SOON)
        )

    for step, to, status in (
        ("solve", "done", 422),
        ("solve", "skipped", 409),
        ("listen", "skipped", 422),
        ("x", "done", 404),
    ):
        with pytest.raises(Refused) as refused:
            settle(step, to)
        assert refused.value.status == status
    assert settle("solve", "done", evidence="tracking number filed") == ["step"]
    assert settle("solve", "done", evidence="tracking number filed") == []
    assert [step.state for step in desk.state.steps] == ["open", "done", "open"]
    due_at = desk.state.steps[0].due_at
    assert due_at is not None
    assert due_at.isoformat() == "2026-12-21T11:30:00+00:00"  # half an hour left on Friday, then Monday morning


def test_the_step_of_the_system_follows_the_acknowledgement() -> None:
    desk = Desk()

    def step() -> tuple[str, str | None, str | None]:
        confirm = desk.state.steps[-1]
        return confirm.state, confirm.reason, confirm.by

    assert step() == ("open", None, None)
    desk.does(acknowledgement_queued(desk.state, outbound_id="a", now=SOON))
    assert step()[0] == "open"
    desk.does(
        acknowledgement_sent(
            desk.state, outbound_id="a", channel="email", provider_message_id=None, terms=desk.terms, now=SOON
        )
    )
    assert step() == ("done", None, "system")
    assert (desk.state.steps[-1].evidence, desk.state.steps[-1].at) == ("a", SOON)
    assert {one.state for one in desk.state.steps[:-1]} == {"open"}
    desk.does(acknowledgement_failed(desk.state, outbound_id="a", reason="mailbox_full", now=SOON))
    assert step() == ("open", "failed: mailbox_full", "system")


def test_a_withheld_acknowledgement_leaves_its_step_to_a_person() -> None:
    desk = Desk()
    desk.does(acknowledgement_withheld(desk.state, reasons=["date_missing"], owed=True, now=SOON))
    assert (desk.state.steps[-1].state, desk.state.steps[-1].reason) == ("open", "withheld: date_missing")
    desk.does(set_step(desk.state, step="confirm", to="done", evidence="by phone", reason=None, by="key:a", now=SOON))
    assert desk.state.steps[-1].state == "done"
    desk.does(
        acknowledgement_sent(
            desk.state, outbound_id="a", channel="email", provider_message_id=None, terms=desk.terms, now=SOON
        )
    )
    assert desk.state.steps[-1].evidence == "by phone", "what a person has settled stays settled"
