"""What a batch works with: a message that arrived, a complaint at work, a change to announce."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from services.router.domain.correlation import Standing
from services.router.domain.parties import Party, party_of
from shared.contracts.parts import ReplyAddress
from shared.contracts.received import MessageReceived
from shared.contracts.routed import RoutedKind
from shared.ids import message_id


@dataclass(frozen=True, slots=True, kw_only=True)
class Arrival:
    """A message as it arrived; `content` is the JSON that ingest announced. `expired` ones wait no longer."""

    message: MessageReceived
    content: str
    party: Party
    traceparent: str | None = None
    expired: bool = False

    @property
    def target(self) -> UUID | None:
        """The message that this edits or removes."""
        if self.message.edits is None or self.message.kind == "message":
            return None
        return message_id(account=self.message.account, provider_message_id=self.message.edits)


def arrival_of(
    message: MessageReceived, content: str, *, traceparent: str | None = None, expired: bool = False
) -> Arrival:
    """Return the message with its party."""
    party = party_of(message.sender, account=message.account, conversation=message.conversation)
    return Arrival(message=message, content=content, party=party, traceparent=traceparent, expired=expired)


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """A change of a complaint that is to be announced."""

    complaint_id: UUID
    sequence: int
    kind: RoutedKind
    at: datetime
    arrival: Arrival
    message_id: UUID
    reply: ReplyAddress | None


@dataclass(slots=True, kw_only=True)
class Work:
    """A complaint while the batch works on it."""

    standing: Standing
    sequence: int
    state: str
    opened_by: Arrival | None = None


def waits_for_complaint(reference: str) -> str:
    """Name what a message waits for that proves to belong to a complaint which has not come."""
    return f"complaint:{reference}"


def waits_for_message(message: UUID) -> str:
    """Name what an edit or a removal waits for that came before its message."""
    return f"message:{message}"
