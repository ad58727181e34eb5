"""A batch in the making: what its messages do to each other and to what is stored, before anything is written."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import timedelta
from uuid import UUID

from msgspec import structs

from services.router.domain.correlation import Joins, Known, Opens, Standing, Tie, Waits, correlate, thread_of
from services.router.domain.parties import Party, merged, reply_point
from services.router.store.filing import ChangeRow, MessageRow
from services.router.store.lookups import Found
from services.router.usecases.arrivals import Arrival, Event, Work, waits_for_complaint, waits_for_message
from services.router.usecases.turns import in_turns
from shared.contracts.parts import ReplyAddress
from shared.contracts.received import MessageReceived
from shared.contracts.routed import RoutedKind

_AT_ONCE = 100


@dataclass(kw_only=True)
class Batch:
    """Takes arrivals one by one, in their order; afterwards its fields say what to write."""

    found: Found
    reopen_within: timedelta
    quoted_references: bool = True
    work: dict[UUID, Work] = field(default_factory=dict)
    messages: list[MessageRow] = field(default_factory=list)
    changes: list[ChangeRow] = field(default_factory=list)
    events: list[Event] = field(default_factory=list)
    suspected: list[tuple[UUID, UUID, Tie]] = field(default_factory=list)
    moves: dict[tuple[str, str], tuple[UUID | None, UUID]] = field(default_factory=dict)
    parties: dict[UUID, Party] = field(default_factory=dict)
    early: list[tuple[Arrival, str]] = field(default_factory=list)

    def __post_init__(self) -> None:
        self._filed = dict(self.found.filed)
        self._standing = {i: row.standing for i, row in self.found.complaints.items()}
        self._by_reference = dict(self.found.by_reference)
        self._by_thread = {thread: list(tied) for thread, tied in self.found.by_thread.items()}
        self._by_conversation = dict(self.found.by_conversation)
        # The same dictionaries: what the batch itself opens is known to its later messages.
        self._known = Known(
            standing=self._standing,
            by_reference=self._by_reference,
            by_thread=self._by_thread,
            by_conversation=self._by_conversation,
        )

    async def take_all(self, arrivals: Sequence[Arrival]) -> None:
        """Settle the arrivals; what comes before what it belongs to is tried again once that has come."""
        waiting = list(arrivals)
        while waiting:
            self.early = []
            async for arrival in in_turns(waiting, at_once=_AT_ONCE):
                self._take(arrival)
            if len(self.early) == len(waiting):
                return
            waiting = [arrival for arrival, _ in self.early]

    def _take(self, arrival: Arrival) -> None:
        if arrival.message.message_id in self._filed:
            return
        if arrival.target is not None:
            self._change(arrival, arrival.target)
            return
        match correlate(
            self._unbound(arrival),
            points=arrival.party.point_ids,
            known=self._known,
            reopen_within=self.reopen_within,
            quoted_join=self.quoted_references,
        ):
            case Joins() as joins:
                self._join(arrival, joins)
            case Opens(suspected=suspected):
                self._open(arrival, suspected)
            case Waits(reference=reference):
                self.early.append((arrival, waits_for_complaint(reference)))

    def _unbound(self, arrival: Arrival) -> MessageReceived:
        """Forget the token of a message that has waited long enough for a complaint that never came."""
        message = arrival.message
        if not arrival.expired or message.joins.token_reference in self._by_reference:
            return message
        return structs.replace(message, joins=structs.replace(message.joins, token_reference=None))

    def _change(self, arrival: Arrival, target: UUID) -> None:
        complaint_id = self._filed.get(target)
        if complaint_id is not None:
            kind: RoutedKind = "edited" if arrival.message.kind == "edit" else "removed"
            self.changes.append(ChangeRow(change=arrival.message, message_id=target, content=arrival.content))
            self._filed[arrival.message.message_id] = complaint_id
            self._announce(complaint_id, kind, arrival, message_id=target)
        elif not arrival.expired:
            self.early.append((arrival, waits_for_message(target)))
        elif arrival.message.kind == "edit":
            # What it edits was never filed: these words are all that we have of the complaint.
            self._open(arrival, ())

    def _open(self, arrival: Arrival, suspected: Sequence[Tie]) -> None:
        message = arrival.message
        participants = arrival.party.point_ids | _reply_points(message)
        standing = Standing(complaint_id=message.complaint_id, ended_at=None, participants=participants)
        self.work[message.complaint_id] = Work(standing=standing, sequence=0, state="open", opened_by=arrival)
        self._standing[message.complaint_id] = standing
        self._by_reference[message.reference] = message.complaint_id
        self.suspected += [(message.complaint_id, message.message_id, tie) for tie in suspected]
        if message.threaded:
            self._move_conversation(message)
        self._file(arrival, message.complaint_id, Tie(complaint_id=message.complaint_id, by="opened"))
        self._announce(message.complaint_id, "opened", arrival, reply=message.reply)

    def _move_conversation(self, message: MessageReceived) -> None:
        talk = (message.account, message.conversation)
        before = self.found.by_conversation.get(talk)
        self.moves[talk] = (before, message.complaint_id)
        self._by_conversation[talk] = message.complaint_id

    def _join(self, arrival: Arrival, joins: Joins) -> None:
        work = self._work_on(joins.tie.complaint_id)
        reply = _trusted_reply(arrival.message, joins.tie, work.standing)
        if joins.reopens:
            work.state = "open"
            work.standing = replace(work.standing, ended_at=None)
        if joins.tie.by in {"token", "conversation"} and not arrival.message.automatic:
            # Who quotes proves one contact point; only what proves more may bring others in, a robot never.
            points = work.standing.participants | arrival.party.point_ids
            work.standing = replace(work.standing, participants=points)
        self._standing[joins.tie.complaint_id] = work.standing
        self._file(arrival, joins.tie.complaint_id, joins.tie)
        self._announce(joins.tie.complaint_id, "reopened" if joins.reopens else "joined", arrival, reply=reply)

    def _file(self, arrival: Arrival, complaint_id: UUID, tie: Tie) -> None:
        message = arrival.message
        self._filed[message.message_id] = complaint_id
        row = MessageRow(message=message, complaint_id=complaint_id, joined_by=tie.by, content=arrival.content)
        self.messages.append(row)
        known = self.parties.get(arrival.party.party_id)
        self.parties[arrival.party.party_id] = arrival.party if known is None else merged(known, arrival.party)
        if (thread := thread_of(message)) and complaint_id not in (tied := self._by_thread.setdefault(thread, [])):
            tied.append(complaint_id)

    def _announce(
        self, complaint_id: UUID, kind: RoutedKind, arrival: Arrival, *,
        reply: ReplyAddress | None = None, message_id: UUID | None = None,
    ) -> None:  # fmt: skip
        work = self._work_on(complaint_id)
        work.sequence += 1
        event = Event(
            complaint_id=complaint_id, sequence=work.sequence, kind=kind, at=arrival.message.received_at,
            arrival=arrival, message_id=message_id or arrival.message.message_id, reply=reply,
        )  # fmt: skip
        self.events.append(event)

    def _work_on(self, complaint_id: UUID) -> Work:
        if complaint_id not in self.work:
            row = self.found.complaints[complaint_id]
            self.work[complaint_id] = Work(standing=row.standing, sequence=row.sequence, state=row.state)
        return self.work[complaint_id]


def _reply_points(message: MessageReceived) -> frozenset[UUID]:
    reply = message.reply
    return frozenset() if reply is None else frozenset({reply_point(account=reply.account, to=reply.to)})


def _trusted_reply(message: MessageReceived, tie: Tie, standing: Standing) -> ReplyAddress | None:
    """Return the message's reply address unless it would lead the answers away from who complained."""
    known = tie.by == "conversation" or _reply_points(message) <= standing.participants
    return message.reply if known else None
