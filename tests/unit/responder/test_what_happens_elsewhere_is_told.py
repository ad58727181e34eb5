"""What the responder cannot notice is told: authorities write, somebody else is responsible, a scheme is named."""

from __future__ import annotations

from datetime import datetime

import pytest

from services.responder.domain.facts import AcknowledgementFacts, facts_of
from services.responder.domain.outcomes import close
from services.responder.domain.refusal import Refused
from services.responder.domain.telling import tell
from shared.rulebook.load import Rulebook, load
from shared.rulebook.queues import QueuesFile
from tests.unit.responder.deeds import SOON, acknowledge, after, answer, finish
from tests.unit.responder.house import RECEIVED, RULEBOOK, Desk


def told(desk: Desk, what: str, *, at: datetime, now: datetime) -> None:
    desk.does(tell(desk.state, what=what, at=at, terms=desk.terms, by="key:a", now=now))


def test_the_clock_of_the_bureau_runs_from_when_it_sent_the_complaint_not_from_when_that_was_told() -> None:
    desk = Desk("us.cfpb.portal")
    assert "final_response" not in desk.state.clocks
    told(desk, "sent_to_company", at=after(days=-1), now=after(days=2))
    clock = desk.state.clocks["final_response"]
    assert clock.started_at == after(days=-1)
    assert f"{clock.due_at:%Y-%m-%d %H:%M:%S}" == "2027-01-02 04:59:59"  # the end of 1 January at the capital
    answer(desk, after(days=3), final=True)
    assert desk.clock_states()["final_response"] == "met"
    with pytest.raises(Refused, match="was told already"):
        told(desk, "sent_to_company", at=after(days=1), now=after(days=4))


def test_what_happened_in_time_and_was_told_late_kept_the_promise() -> None:
    desk = Desk("it.post.agcom")
    told(desk, "conciliation_request", at=RECEIVED, now=RECEIVED)
    desk.time_passes(after(days=70))
    assert desk.clock_states()["conciliation_end"] == "breached"
    told(desk, "conciliation_ended", at=after(days=50), now=after(days=71))
    assert desk.clock_states()["conciliation_end"] == "met"


def test_a_body_may_write_when_the_complaint_is_long_closed() -> None:
    desk = Desk("eu.adr.reply_2028")
    answer(desk, SOON, final=True)
    finish(desk, after(days=1))
    desk.does(close(desk.state, by="key:a", now=after(days=2)))
    told(desk, "adr_body_contact", at=after(days=90), now=after(days=90))
    assert desk.clock_states()["reply_to_adr_body"] == "running"
    desk.time_passes(after(days=200))
    assert desk.clock_states()["reply_to_adr_body"] == "breached"


@pytest.mark.parametrize(
    ("policy", "what", "at", "pointer", "says"),
    [
        ("it.post.agcom", "adr_body_contact", SOON, "/what", "waits for conciliation_ended, conciliation_request"),
        ("retail.default", "forwarded", SOON, "/what", "waits for nothing that has to be told"),
        ("it.water.arera.rqsii", "forwarded", after(days=9), "/at", "lies ahead"),
    ],
)
def test_what_is_not_waited_for_is_refused(policy: str, what: str, at: datetime, pointer: str, says: str) -> None:
    with pytest.raises(Refused) as refused:
        told(Desk(policy), what, at=at, now=SOON)
    assert [(place, says in detail) for place, detail in refused.value.errors] == [(pointer, True)]


def test_what_was_forwarded_in_time_closes_the_window_and_a_resolution_makes_a_signpost_moot() -> None:
    desk = Desk("it.water.arera.rqsii")
    told(desk, "forwarded", at=after(days=2), now=after(days=2))
    assert desk.clock_states()["forward_to_responsible_operator"] == "met"
    signposted, resolved = Desk("uk.ofcom.adr_letter"), Desk("uk.ofcom.adr_letter")
    told(signposted, "signposted", at=after(days=30), now=after(days=30))
    finish(resolved, after(days=2))
    assert signposted.clock_states()["adr_signpost"] == "met"
    assert resolved.clock_states()["adr_signpost"] == "cancelled"


def test_a_clock_that_the_acknowledgement_starts_is_promised_in_it_and_starts_with_it() -> None:
    rulebook = load(RULEBOOK)
    desk = Desk("uk.lgo.code.stage1")
    assert "resolve" not in desk.state.clocks
    promised = facts(desk, rulebook, now=SOON).final_answer
    acknowledge(desk, SOON)
    assert promised is not None
    assert desk.state.clocks["resolve"].due_at == promised.due_at
    assert desk.state.clocks["resolve"].started_at == SOON


def test_whoever_was_answered_without_an_acknowledgement_was_acknowledged() -> None:
    desk = Desk("uk.lgo.code.stage2")
    answer(desk, after(days=1))
    assert desk.clock_states()["acknowledge"] == "met_late"
    assert desk.state.clocks["resolve"].started_at == after(days=1)


def facts(desk: Desk, rulebook: Rulebook, *, now: datetime) -> AcknowledgementFacts:
    return facts_of(
        desk.state,
        taxonomy=rulebook.taxonomy,
        queues=QueuesFile(triage=rulebook.triage, queues=dict(rulebook.queues)),
        terms=desk.terms,
        language="en",
        organisation="ACME",
        now=now,
    )
