"""What Postmark tells of mails that we sent. Source: postmarkapp.com/developer, "Webhooks"."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any
from uuid import UUID

from shared.channel.inbound import Receipt
from shared.mail.composing import our_message_id
from shared.vendor.gathering import Item, unreadable
from shared.vendor.payloads import moment, text_of

MARK = "ascolto"
_PASSING = frozenset(
    ("Transient", "DnsError", "AutoResponder", "AddressChange", "OpenRelayTest", "ChallengeVerification", "Subscribe",
     "Unsubscribe", "SpamComplaint", "SpamNotification")
)  # fmt: skip
"""Bounces that leave the mail on its way, or where it was meant to go."""
_NAME = re.compile(r"[A-Za-z]{1,40}")


def receipt_of(told: dict[str, Any], kind: str, *, sender: str, received_at: datetime) -> Item | None:
    """Return what became of a mail; nothing for what people did with it and for bounces that pass."""
    bounce = text_of(told.get("Type"))
    if kind not in ("Delivery", "Bounce") or (kind == "Bounce" and bounce in _PASSING):
        return None
    name = _message_id(told, sender)
    if name is None:
        return unreadable("an event names no mail")
    at = moment(told.get("DeliveredAt") or told.get("BouncedAt"), received_at=received_at)
    if kind == "Delivery":
        return Receipt(provider_message_id=name, state="delivered", at=at)
    detail = f"Postmark: {bounce}" if bounce and _NAME.fullmatch(bounce) else None
    return Receipt(provider_message_id=name, state="failed", at=at, detail=detail)


def _message_id(told: dict[str, Any], sender: str) -> str | None:
    """Postmark's own id is another than the mail's; ours travels along as metadata."""
    metadata = told.get("Metadata")
    ours = text_of(metadata.get(MARK)) if isinstance(metadata, dict) else None
    try:
        return our_message_id(UUID(ours or ""), sender=sender)
    except ValueError:
        return text_of(told.get("MessageID"))
