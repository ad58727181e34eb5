"""What Mailgun tells of mails that we sent. Source: documentation.mailgun.com, "Webhook Payloads"."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from shared.channel.errors import DeliveryMalformed
from shared.channel.inbound import Receipt
from shared.vendor.gathering import Item, unreadable
from shared.vendor.payloads import instant, text_of


def receipt_of(told: dict[str, Any], *, received_at: datetime) -> Item | None:
    """Return what became of a mail; nothing for events on the way and for what people did with it."""
    event = told.get("event-data")
    kind = event.get("event") if isinstance(event, dict) else None
    if not isinstance(event, dict) or not isinstance(kind, str):
        raise DeliveryMalformed("the delivery is no event of Mailgun's", cause="no_event")
    failed = kind == "rejected" or (kind == "failed" and event.get("severity") != "temporary")
    if kind != "delivered" and not failed:
        return None
    name = _message_id(event)
    if name is None:
        return unreadable("an event names no mail")
    return Receipt(
        provider_message_id=name,
        state="failed" if failed else "delivered",
        at=_at(event, received_at=received_at),
        detail=_code(event) if failed else None,
    )


def _message_id(event: dict[str, Any]) -> str | None:
    message = event.get("message")
    headers = message.get("headers") if isinstance(message, dict) else None
    name = text_of(headers.get("message-id")) if isinstance(headers, dict) else None
    return f"<{name.strip('<> ')}>" if name else None


def _at(event: dict[str, Any], *, received_at: datetime) -> datetime | None:
    """Return the time, which is seconds with a fraction."""
    seconds = event.get("timestamp")
    seconds = int(seconds) if isinstance(seconds, float) and 0 <= seconds < 10**11 else seconds
    return instant(seconds, received_at=received_at)


def _code(event: dict[str, Any]) -> str | None:
    """Return the other server's code; its words may quote the mail."""
    status = event.get("delivery-status")
    code = text_of(status.get("code")) if isinstance(status, dict) else None
    return f"Mailgun: {code[:20]}" if code else None
