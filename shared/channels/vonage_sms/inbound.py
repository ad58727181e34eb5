"""What Vonage posts: SMS that came in, and what became of ours.

Source: developer.vonage.com, "Messages API reference", version 1: inbound message and message status.
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any, Literal

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryMalformed
from shared.channel.inbound import InboundAttachment, InboundMessage, Parsed, Receipt
from shared.channels.vonage_sms.tokens import verify
from shared.contracts.parts import ReplyAddress, Sender
from shared.vendor.gathering import Gathered, Item, unreadable
from shared.vendor.handshakes import NoHandshake
from shared.vendor.payloads import moment, read_object, text_of

STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})
_FATES: dict[str, Literal["delivered", "failed"]] = {
    "delivered": "delivered",
    "read": "delivered",
    "rejected": "failed",
    "undeliverable": "failed",
}
_CODE = re.compile(r"[0-9]{1,6}")
_NUMBER = re.compile(r"[0-9]{4,20}")


class VonageReceives(NoHandshake):
    """The way in of a Vonage number; one SMS or one status a request."""

    access: Literal["signed", "api_key", "public"] = "signed"
    body_limit = 1024 * 1024
    heavy = False

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Return only if the bearer token is Vonage's, made for this body and this account."""
        kind, _, token = delivery.headers.get("authorization", "").partition(" ")
        verify(
            token if kind == "Bearer" else "",
            secrets=account.secrets.get("signature_secret", ()),
            api_key=account.settings.api_key,
            body=delivery.body,
            now=delivery.received_at,
        )

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read the one SMS or status; other channels of the Messages API are counted."""
        told, gathered = read_object(delivery.body), Gathered()
        if "status" in told:
            gathered.take(_fate(told, received_at=delivery.received_at))
        elif "message_uuid" in told:
            gathered.take(_message(told, delivery, account))
        else:
            raise DeliveryMalformed("the delivery is neither an SMS nor a status of the Messages API", cause="no_event")
        return gathered.parsed()


def _message(told: dict[str, Any], delivery: Delivery, account: Account) -> Item | None:
    if told.get("channel") not in ("sms", "mms"):
        return None
    name, sender = text_of(told.get("message_uuid")), text_of(told.get("from"))
    if name is None or sender is None:
        return unreadable("an SMS has no message_uuid or no sender")
    to = text_of(told.get("to"))
    return InboundMessage(
        provider_message_id=name,
        conversation=sender,
        threaded=True,
        sender=Sender(phone=f"+{sender}" if _NUMBER.fullmatch(sender) else sender, verified=("phone",)),
        text=_words(told),
        sent_at=moment(told.get("timestamp"), received_at=delivery.received_at),
        reply=ReplyAddress(
            account=account.account, channel=account.channel, to=sender, thread={"from": to} if to else {}
        ),
        attachments=_files(told),
        automatic="opt_out" if _stops(told) else None,
    )


def _files(told: dict[str, Any]) -> tuple[InboundAttachment, ...]:
    """Return the file of an MMS by its name only: by whose leave Vonage hands it out is not told anywhere."""
    kind = text_of(told.get("message_type")) or "text"
    inner = told.get(kind)
    if kind == "text" or not isinstance(inner, dict) or not text_of(inner.get("url")):
        return ()
    name = text_of(inner.get("name")) or kind[:20]
    note = "Vonage keeps this file at an address of its own; look it up in the Vonage Dashboard by the message's id"
    return (InboundAttachment(name=name, media_type="application/octet-stream", note=note),)


def _words(told: dict[str, Any]) -> str:
    """Return the text; an MMS says in brackets what it brought."""
    kind = text_of(told.get("message_type")) or "text"
    inner = told.get(kind)
    caption = text_of(inner.get("caption")) if isinstance(inner, dict) else None
    said = text_of(told.get("text")) or caption
    if kind == "text":
        return said or "[an SMS without words]"
    return f"[{kind[:20]}] {said}" if said else f"[{kind[:20]}]"


def _stops(told: dict[str, Any]) -> bool:
    """Who says stop is filed, and nothing is answered of our own accord."""
    return (text_of(told.get("text")) or "").strip(" .!").lower() in STOP_WORDS


def _fate(told: dict[str, Any], *, received_at: datetime) -> Item | None:
    """Return what became of an SMS; submitted tells nothing yet."""
    state = told.get("status")
    if not isinstance(state, str):
        return unreadable("a status is no text")
    if state not in _FATES:
        return None
    name = text_of(told.get("message_uuid"))
    if name is None:
        return unreadable("a status names no SMS")
    error = told.get("error")
    title = text_of(error.get("title")) if isinstance(error, dict) else None
    code = title if title and _CODE.fullmatch(title) else None
    return Receipt(
        provider_message_id=name,
        state=_FATES[state],
        at=moment(told.get("timestamp"), received_at=received_at),
        detail=f"Vonage error {code}" if code and _FATES[state] == "failed" else None,
    )
