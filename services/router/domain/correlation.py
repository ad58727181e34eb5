"""Which complaint a message belongs to. Who merely quotes one does not join it: a stranger would be let in."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from shared.contracts.received import MessageReceived

JoinedBy = Literal["opened", "token", "conversation", "references", "quoted"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What counts of a complaint that a message may join; `ended_at` is None while it is open."""

    complaint_id: UUID
    ended_at: datetime | None
    participants: frozenset[UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """The complaints that the messages at hand may belong to, by everything that may tie a message to one."""

    standing: Mapping[UUID, Standing]
    by_reference: Mapping[str, UUID]
    by_thread: Mapping[str, Sequence[UUID]]
    by_conversation: Mapping[tuple[str, str], UUID]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tie:
    """A complaint that a message points to, and what points to it."""

    complaint_id: UUID
    by: JoinedBy


@dataclass(frozen=True, slots=True, kw_only=True)
class Joins:
    """The message belongs to this complaint, which is open again where `reopens`."""

    tie: Tie
    reopens: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Opens:
    """The message opens a complaint of its own; a person may find that it is one with a `suspected` one."""

    suspected: tuple[Tie, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Waits:
    """The message proves that it belongs to a complaint which has not come yet."""

    reference: str


def correlate(
    message: MessageReceived,
    *,
    points: frozenset[UUID],
    known: Known,
    reopen_within: timedelta,
    quoted_join: bool = True,
) -> Joins | Opens | Waits:
    """Decide where a message of a sender with these contact points belongs.

    A token joins whatever the state. A talk, and what a participant quotes, join while the complaint is open or ended
    less than `reopen_within` before the message came; without `quoted_join` a quoted reference only suggests. A robot's
    message never re-opens, so it joins at any age.
    """
    if token := message.joins.token_reference:
        found = known.by_reference.get(token)
        return Waits(reference=token) if found is None else _join(message, Tie(complaint_id=found, by="token"), known)
    suspected: dict[UUID, Tie] = {}
    for tie in _ties(message, known):
        standing = known.standing[tie.complaint_id]
        takes_part = tie.by == "conversation" or bool(points & standing.participants)
        may_join = takes_part and (quoted_join or tie.by != "quoted")
        if may_join and (message.automatic or _alive(standing, message.received_at, reopen_within)):
            return _join(message, tie, known)
        if tie.by != "conversation":
            suspected.setdefault(tie.complaint_id, tie)
    return Opens(suspected=tuple(suspected.values()))


def thread_id(message_id: str) -> str:
    """Return a Message-ID as both sides of a comparison write it."""
    return message_id.strip().strip("<>").strip()


def thread_of(message: MessageReceived) -> str | None:
    """Return the id by which answers will quote this message, where its channel has one."""
    named = message.reply.thread.get("message_id") if message.reply else None
    return (thread_id(named) or None) if named else None


def _ties(message: MessageReceived, known: Known) -> Iterator[Tie]:
    if message.threaded and (found := known.by_conversation.get((message.account, message.conversation))):
        yield Tie(complaint_id=found, by="conversation")
    for quoted_id in message.joins.references:
        for found in known.by_thread.get(thread_id(quoted_id), ()):
            yield Tie(complaint_id=found, by="references")
    for reference in message.joins.quoted:
        if found := known.by_reference.get(reference):
            yield Tie(complaint_id=found, by="quoted")


def _alive(standing: Standing, at: datetime, reopen_within: timedelta) -> bool:
    return standing.ended_at is None or at - standing.ended_at < reopen_within


def _join(message: MessageReceived, tie: Tie, known: Known) -> Joins:
    ended = known.standing[tie.complaint_id].ended_at is not None
    return Joins(tie=tie, reopens=ended and not message.automatic)
