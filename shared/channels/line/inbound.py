"""Events of a LINE official account: messages and their removals.

Source: developers.line.biz, "Messaging API reference > Webhook event objects".
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from typing import Any, Literal

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, DeliveryMalformed
from shared.channel.inbound import InboundChange, InboundMessage, Parsed
from shared.channels.line.words import files, words
from shared.contracts.parts import ReplyAddress, Sender
from shared.contracts.received import JoinHints
from shared.vendor.gathering import Gathered, Item, listed, unreadable
from shared.vendor.handshakes import NoHandshake
from shared.vendor.payloads import moment, read_object, text_of


class LineReceives(NoHandshake):
    """The way in of a LINE official account."""

    access: Literal["signed", "api_key", "public"] = "signed"
    body_limit = 4 * 1024 * 1024
    heavy = False

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Return only if `x-line-signature` is that of the body under the channel secret."""
        claimed = delivery.headers.get("x-line-signature", "").encode("utf-8", "surrogateescape")
        for secret in account.secrets.get("channel_secret", ()):
            if secret and hmac.compare_digest(claimed, signature(delivery.body, secret=secret).encode()):
                return
        raise DeliveryForged("x-line-signature does not match the body")

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read every event; LINE tries an address with a delivery that holds none."""
        body = read_object(delivery.body)
        if not isinstance(body.get("events"), list):
            raise DeliveryMalformed("the delivery has no list of events", cause="no_events")
        gathered = Gathered()
        for event in listed(body, "events", gathered=gathered):
            gathered.take(_item(event, delivery, account))
        return gathered.parsed()


def signature(body: bytes, *, secret: str) -> str:
    """Return the header's value for a body."""
    return base64.b64encode(hmac.digest(secret.encode(), body, hashlib.sha256)).decode()


def _item(event: dict[str, Any], delivery: Delivery, account: Account) -> Item | None:
    """Read one event; nothing for a known one that is no complaint, and for talks among several people."""
    kind, source = event.get("type"), event.get("source")
    source = source if isinstance(source, dict) else {}
    if kind not in ("message", "unsend") or source.get("type") in ("group", "room"):
        return None
    who, told = text_of(source.get("userId")), event.get(kind)
    message_id = text_of(told.get("id" if kind == "message" else "messageId")) if isinstance(told, dict) else None
    if who is None or message_id is None or not isinstance(told, dict):
        return unreadable(f"an event of type {kind} has no sender or names no message")
    sender = Sender(handle=who, verified=("handle",))
    sent_at = moment(event.get("timestamp"), received_at=delivery.received_at)
    if kind == "unsend":
        return InboundChange(
            kind="removal",
            provider_message_id=f"{message_id}#unsend",
            target=message_id,
            conversation=who,
            sender=sender,
            sent_at=sent_at,
        )
    text = words(told)
    if text is None:
        return unreadable("a message has no words of its kind")
    quoted, token = text_of(told.get("quotedMessageId")), text_of(told.get("quoteToken"))
    return InboundMessage(
        provider_message_id=message_id,
        conversation=who,
        threaded=True,
        sender=sender,
        text=text,
        sent_at=sent_at,
        reply=ReplyAddress(
            account=account.account,
            channel=account.channel,
            to=who,
            thread={"message_id": message_id} | ({"quote_token": token} if token else {}),
        ),
        attachments=files(told, message_id),
        joins=JoinHints(references=(quoted,) if quoted else ()),
        automatic="another module answers in this talk" if event.get("mode") == "standby" else None,
    )
