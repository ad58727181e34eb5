"""A complaint as the work list's readers see it: state, clocks, steps, what was said and sent."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final

from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.domain.clock import Clock
from services.responder.domain.clock_story import story_of
from services.responder.domain.entries import Entry
from services.responder.domain.explaining import explain_clock
from services.responder.domain.explanation_shape import shaped
from services.responder.domain.letters import told_terms
from services.responder.domain.terms import consumed_seconds
from services.responder.domain.work import WorkState
from services.responder.store import outbound, timeline, work
from services.responder.store.outbound import Outbound
from services.responder.store.work import Held
from services.responder.usecases.act import NoSuchComplaint
from services.responder.usecases.promises import Promises
from services.responder.usecases.said import Conversations
from shared.rulebook.happenings import unverified

_MESSAGES: Final = ("opened", "message")


class NoSuchClock(LookupError):
    """The complaint has no clock of this kind; `known` are those it has."""

    def __init__(self, kind: str, *, known: tuple[str, ...]) -> None:
        super().__init__(kind)
        self.known = known


@dataclass(frozen=True, slots=True, kw_only=True)
class Reader:
    """Reads complaints and timelines."""

    engine: AsyncEngine
    promises: Promises
    conversations: Conversations

    async def complaint(self, reference: str, *, with_messages: bool, now: datetime) -> dict[str, Any]:
        """Return the complaint; where the router does not answer, its messages are marked unavailable."""
        async with self.engine.connect() as connection:
            held = await _found(connection, reference)
            sent = await outbound.of_complaint(connection, held.complaint_id)
            moved = await timeline.of_kinds(connection, held.complaint_id, kinds=["transferred"])
            wrote = await timeline.of_kinds(connection, held.complaint_id, kinds=_MESSAGES) if with_messages else []
        shown = self._shown(held, now=now)
        shown["acknowledgement"] = _acknowledgement(held.state, sent)
        shown["transfers"] = [_transfer(entry) for entry in moved]
        if with_messages:
            said = await self.conversations.messages(reference)
            shown["messages_available"] = said is not None
            shown["messages"] = _conversation(said, wrote, sent)
        return shown

    async def timeline(self, reference: str, *, after: int, limit: int) -> list[Entry]:
        """Return the entries behind `after`, in order."""
        async with self.engine.connect() as connection:
            held = await _found(connection, reference)
            return await timeline.read(connection, held.complaint_id, after=after, limit=limit)

    async def explanation(self, reference: str, kind: str, *, now: datetime) -> dict[str, Any]:
        """Return why a clock is due when it is, as far as its ledger goes; `NoSuchClock` where it never started."""
        async with self.engine.connect() as connection:
            held = await _found(connection, reference)
            entries = await timeline.read(connection, held.complaint_id)
        terms, story = self.promises.terms(held.state), story_of(entries, kind, now=now)
        if story is None:
            raise NoSuchClock(kind, known=tuple(held.state.clocks))
        told = explain_clock(terms, story.clock, pauses=story.pauses, moves=story.moves)
        return shaped(told) | {"state": story.clock.state, "round": story.clock.round, "started_by": story.started_by}

    def shown(self, held: Held, *, now: datetime) -> dict[str, Any]:
        """Return what an action answers: the complaint without what was said."""
        return self._shown(held, now=now) | {"acknowledgement": _acknowledgement(held.state, [])}

    def _shown(self, held: Held, *, now: datetime) -> dict[str, Any]:
        state, terms = held.state, self.promises.terms(held.state)
        return {
            "complaint_id": held.complaint_id,
            **{name: getattr(state, name) for name in _SHOWN},
            "decision": held.decision,
            "clocks": [
                _clock(clock, consumed=consumed_seconds(clock, terms=terms, now=now)) for clock in state.clocks.values()
            ],
            "terms": told_terms(state, terms.policy) if terms.policy.policy == state.policy else None,
            "steps": state.steps,
            "can_reply": held.reply is not None,
        }


async def _found(connection: Any, reference: str) -> Held:
    held = await work.find(connection, reference)
    if held is None:
        raise NoSuchComplaint(reference)
    return held


_SHOWN: Final = (
    "reference", "state", "account", "channel", "received_at", "queue", "playbook", "policy", "priority", "category",
    "subcategory", "severity", "language", "segment", "owner", "waiting_until", "waiting_reason", "resolution",
    "reopened", "automatic", "public", "resolved_at", "closed_at",
)  # fmt: skip


def _clock(clock: Clock, *, consumed: int) -> dict[str, Any]:
    return {
        "kind": clock.kind,
        "state": clock.state,
        "started_at": clock.started_at,
        "due_at": clock.due_at,
        "at_risk_at": clock.at_risk_at,
        "at_risk": clock.at_risk,
        "stopped_at": clock.stopped_at,
        "allowance": clock.allowance,
        "consumed_seconds": consumed,
        "policy": clock.policy,
        "source": clock.source,
        "evidence": clock.evidence,
        "unverified": unverified(clock.evidence),
        "round": clock.round,
    }


def _acknowledgement(state: WorkState, sent: list[Outbound]) -> dict[str, Any]:
    told = state.acknowledgement
    text = next((m.text for m in sent if str(m.outbound_id) == told.outbound_id), None)
    return {
        "state": told.state,
        "sent_at": told.sent_at,
        "channel": told.channel,
        "reason": told.reason,
        "text": text,
    }


def _transfer(entry: Entry) -> dict[str, Any]:
    return {
        "at": entry.at,
        "from": entry.data["previous_queue"],
        "to": entry.data["queue"],
        "by": entry.by,
        "reason": entry.data["reason"],
    }


def _conversation(said: list[dict[str, Any]] | None, wrote: list[Entry], sent: list[Outbound]) -> list[dict[str, Any]]:
    """Return what the customer said and what people answered, by time; the acknowledgement stands apart."""
    if said is None:
        inbound = [_unavailable(entry) for entry in wrote]
    else:
        inbound = [message | {"direction": "inbound"} for message in said]
    answers = [_answer(message) for message in sent if message.kind == "reply"]
    return sorted(inbound + answers, key=_when)


def _unavailable(entry: Entry) -> dict[str, Any]:
    return {
        "message_id": entry.data.get("message_id"),
        "direction": "inbound",
        "at": entry.at,
        "text": "",
        "attachments": [],
        "unavailable": True,
    }


def _answer(message: Outbound) -> dict[str, Any]:
    return {
        "message_id": message.outbound_id,
        "direction": "outbound",
        "at": message.created_at,
        "text": message.text,
        "attachments": [],
        "channel": message.reply.channel,
        "state": message.state,
        "sent_at": message.sent_at,
        "final": message.final,
        "by": message.by,
        "reason": message.reason,
    }


def _when(message: dict[str, Any]) -> datetime:
    at = message.get("at") or message.get("received_at")
    return datetime.fromisoformat(at) if isinstance(at, str) else at  # type: ignore[return-value]
