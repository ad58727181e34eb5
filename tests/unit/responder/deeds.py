"""What people and the system do to a complaint in these stories."""

from __future__ import annotations

from datetime import datetime, timedelta

from services.responder.domain.acknowledging import (
    acknowledgement_queued,
    acknowledgement_sent,
)
from services.responder.domain.outcomes import resolve
from services.responder.domain.replies import reply, reply_sent
from tests.unit.responder.house import RECEIVED, VOCABULARY, Desk

SOON = RECEIVED + timedelta(seconds=2)


def after(**span: float) -> datetime:
    return RECEIVED + timedelta(**span)


def acknowledge(desk: Desk, now: datetime = SOON) -> None:
    desk.does(acknowledgement_queued(desk.state, outbound_id="a", now=now))
    desk.does(
        acknowledgement_sent(
            desk.state, outbound_id="a", channel="email", provider_message_id=None, terms=desk.terms, now=now
        )
    )


def answer(desk: Desk, now: datetime, *, final: bool = False) -> None:
    desk.does(reply(desk.state, outbound_id="r", final=final, by="key:a", now=now))
    desk.does(reply_sent(desk.state, outbound_id="r", provider_message_id="p", final=final, terms=desk.terms, now=now))


def finish(desk: Desk, now: datetime, outcome: str = "upheld") -> list[str]:
    return desk.does(
        resolve(
            desk.state,
            outcome=outcome,
            root_cause="carrier",
            redress=["apology", "apology"],
            summary="Sent again.",
            vocabulary=VOCABULARY,
            terms=desk.terms,
            by="key:a",
            now=now,
        )
    )
