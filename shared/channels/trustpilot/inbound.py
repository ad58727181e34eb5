"""What Trustpilot tells of reviews: written, edited, removed.

Source: support.trustpilot.com, "How to set up Trustpilot Webhooks"; developers.trustpilot.com, "Service Reviews API".
"""

from __future__ import annotations

import base64
import hmac
from typing import Any, Literal

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged
from shared.channel.inbound import InboundChange, InboundMessage, Parsed, Unreadable
from shared.channels.trustpilot.asking import GONE, REFUSED, REVIEW, WRITTEN, was_asked
from shared.contracts.parts import ReplyAddress, Sender
from shared.vendor.gathering import Gathered, Item, listed, unreadable
from shared.vendor.handshakes import NoHandshake
from shared.vendor.payloads import moment, read_object, text_of
from shared.vendor.reviews import edit_id, edited_text, stars_of

USER = "ascolto"
_REMOVED = "service-review-deleted"


class TrustpilotReceives(NoHandshake):
    """The way in of a company's reviews."""

    access: Literal["signed", "api_key", "public"] = "signed"
    body_limit = 4 * 1024 * 1024
    heavy = False

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Return only if Trustpilot repeats the user and password of the address; it signs nothing."""
        claimed = delivery.headers.get("authorization", "").encode("utf-8", "surrogateescape")
        for password in account.secrets.get("webhook_password", ()):
            if password and hmac.compare_digest(claimed, basic(password).encode()):
                return
        raise DeliveryForged("authorization is not the user and password of this account's webhook")

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read every event; product reviews and events of tomorrow are counted."""
        gathered = Gathered()
        for event in listed(read_object(delivery.body), "events", gathered=gathered):
            gathered.take(_item(event, delivery, account))
        return gathered.parsed()


def basic(password: str) -> str:
    """Return the header that carries the password."""
    return "Basic " + base64.b64encode(f"{USER}:{password}".encode()).decode()


def _item(event: dict[str, Any], delivery: Delivery, account: Account) -> Item | None:
    name, told = event.get("eventName"), event.get("eventData")
    if not isinstance(name, str) or not isinstance(told, dict):
        return unreadable("an event has no name or no data")
    if name not in (*WRITTEN, _REMOVED):
        return None
    own_id = text_of(told.get("id"))
    if own_id is None:
        return unreadable("a review has no id")
    if name == _REMOVED:
        return InboundChange(
            kind="removal",
            provider_message_id=f"{own_id}#removal",
            target=own_id,
            conversation=own_id,
            sender=_sender(told),
        )
    if was_asked(delivery):
        if (why := text_of(event.get(REFUSED))) is not None:
            return Unreadable(cause="not_fetched", detail=f"the review could not be fetched: {why}")
        fetched = event.get(REVIEW)
        told = {**told, **fetched} if isinstance(fetched, dict) else told
        if (unit := _part(told, "businessUnit").get("id")) not in (None, account.settings.business_unit_id):
            return _of_another() if isinstance(unit, str) else unreadable("a review's company is not of its form")
    return _review(own_id, told, delivery, account, edited=name == WRITTEN[1], gone=event.get(GONE) is True)


def _of_another() -> Unreadable:
    return Unreadable(cause="another_account", detail="it is of another company than business_unit_id names")


def _review(
    own_id: str, told: dict[str, Any], delivery: Delivery, account: Account, *, edited: bool, gone: bool
) -> Item | None:
    stars, title, text = stars_of(told.get("stars")), text_of(told.get("title")), text_of(told.get("text"))
    if edited:
        return InboundChange(
            kind="edit",
            provider_message_id=edit_id(own_id, str(stars), title, text),
            target=own_id,
            conversation=own_id,
            sender=_sender(told),
            text=edited_text(stars, title, text),
            sent_at=moment(told.get("updatedAt"), received_at=delivery.received_at),
        )
    if stars is not None and stars > account.settings.most_stars:
        return None
    metadata = {"stars": str(stars)} if stars else {}
    return InboundMessage(
        provider_message_id=own_id,
        conversation=own_id,
        threaded=True,
        sender=_sender(told),
        subject=title,
        text=text or title or "[a review without words]",
        sent_at=moment(told.get("createdAt"), received_at=delivery.received_at),
        reply=ReplyAddress(
            account=account.account, channel=account.channel, to=own_id, thread={"review_id": own_id}, public=True
        ),
        public=True,
        language=text_of(told.get("language")),
        order_reference=text_of(told.get("referenceId")),
        metadata=metadata,
        notes=("removed_meanwhile",) if gone else (),
    )


def _sender(told: dict[str, Any]) -> Sender:
    consumer = _part(told, "consumer")
    who = text_of(consumer.get("id"))
    return Sender(
        name=text_of(consumer.get("displayName")) or text_of(consumer.get("name")),
        email=text_of(told.get("referralEmail")),
        handle=who,
        verified=("handle",) if who else (),
    )


def _part(value: dict[str, Any], name: str) -> dict[str, Any]:
    inner = value.get(name)
    return inner if isinstance(inner, dict) else {}
