"""What the router would have told, made by hand."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import msgspec

from shared.contracts.parts import Because, Decision, ReplyAddress
from shared.contracts.routed import ComplaintRouted
from shared.ids import event_id, reference
from shared.messaging.records import Record


def decided(**other: Any) -> Decision:
    """Return a decision of the default rulebook."""
    values: dict[str, Any] = {
        "queue": "logistics",
        "playbook": "latte",
        "priority": "P3",
        "policy": "retail.default",
        "category": "delivery",
        "subcategory": "late",
        "severity": "S3",
        "language": "en",
        "signals": (),
        "rulebook": "test",
        "because": Because(rule="late-delivery", condition="true", facts={"category": "delivery"}),
    }
    return Decision(**(values | other))


@dataclass
class RoutedComplaint:
    """One complaint at the router; each method returns the next change of it."""

    account: str = "wa"
    channel: str = "whatsapp"
    to: str | None = "393330000001"
    received_at: datetime = field(default_factory=lambda: datetime.now(UTC))  # noqa: TID251 - a test's present
    complaint_id: UUID = field(default_factory=uuid4)
    decision: Decision = field(default_factory=decided)
    automatic: str | None = None
    outcome_sought: str | None = "refund"
    thread: dict[str, str] = field(default_factory=dict)
    sequence: int = 0

    @property
    def reference(self) -> str:
        """What people quote."""
        return reference(self.complaint_id)

    def opened(self) -> ComplaintRouted:
        """It came."""
        return self._next("opened")

    def joined(self, **other: Any) -> ComplaintRouted:
        """The customer wrote again."""
        return self._next("joined", **other)

    def transferred(self, queue: str) -> ComplaintRouted:
        """It was moved to another queue."""
        previous = self.decision.queue
        self.decision = msgspec.structs.replace(self.decision, queue=queue)
        return self._next("transferred", previous_queue=previous, by="key:lead", reason="wrong_queue")

    def recategorised(self, category: str) -> ComplaintRouted:
        """Its category was corrected."""
        self.decision = msgspec.structs.replace(self.decision, category=category, subcategory=None)
        return self._next("recategorised", by="key:lead", reason="misread")

    def _next(self, kind: Any, **other: Any) -> ComplaintRouted:
        self.sequence += 1
        values: dict[str, Any] = {
            "event_id": event_id("routed", self.complaint_id, self.sequence),
            "complaint_id": self.complaint_id,
            "reference": self.reference,
            "sequence": self.sequence,
            "kind": kind,
            "at": self.received_at,
            "received_at": self.received_at,
            "account": self.account,
            "channel": self.channel,
            "decision": self.decision,
            "message_id": uuid4(),
            "reply": self._reply(),
            "automatic": self.automatic,
            "outcome_sought": self.outcome_sought,
        }
        return ComplaintRouted(**(values | other))

    def _reply(self) -> ReplyAddress | None:
        if self.to is None:
            return None
        return ReplyAddress(account=self.account, channel=self.channel, to=self.to, thread=self.thread)


def record(change: ComplaintRouted, *, traceparent: str | None = None) -> Record:
    """Return the change as it comes from Kafka."""
    return Record(
        event_id=change.event_id,
        topic=ComplaintRouted.TOPIC,
        partition=0,
        offset=0,
        key=str(change.complaint_id),
        type=ComplaintRouted.TYPE,
        time=change.at,
        body=msgspec.json.encode(change),
        traceparent=traceparent,
    )
