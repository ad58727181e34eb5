"""What SendGrid tells of mails that we sent. Source: twilio.com/docs/sendgrid, "Event Webhook reference"."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from shared.channel.delivery import Delivery
from shared.channel.inbound import Parsed, Receipt
from shared.vendor.gathering import Gathered, Item, unreadable
from shared.vendor.payloads import instant, read_list, text_of

MARK = "ascolto"
_FATES = ("delivered", "bounce", "dropped")
_CODE = re.compile(r"[0-9.]{1,20}")


def receipts_of(delivery: Delivery) -> Parsed:
    """Return what became of our mails; events on the way and what people did with a mail are counted."""
    gathered = Gathered()
    for event in read_list(delivery.body):
        if isinstance(event, dict):
            gathered.take(_item(event, received_at=delivery.received_at))
        else:
            gathered.take(unreadable("an event is not an object"))
    return gathered.parsed()


def _item(event: dict[str, Any], *, received_at: datetime) -> Item | None:
    kind = event.get("event")
    if kind not in _FATES:
        return None if isinstance(kind, str) else unreadable("an event does not say what it is")
    name = text_of(event.get(MARK)) or text_of(event.get("smtp-id"))
    if name is None:
        return unreadable("an event names no mail")
    at = instant(event.get("timestamp"), received_at=received_at)
    if kind == "delivered":
        return Receipt(provider_message_id=name, state="delivered", at=at)
    code = text_of(event.get("status")) or ""
    detail = f"SendGrid: {kind} {code}" if _CODE.fullmatch(code) else f"SendGrid: {kind}"
    return Receipt(provider_message_id=name, state="failed", at=at, detail=detail)
