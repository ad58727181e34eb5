"""Events of a Slack app: messages, their edits and removals.

Source: docs.slack.dev, "Events API" and "message event".
"""

from __future__ import annotations

from typing import Any, Literal

from shared.channel.account import Account
from shared.channel.delivery import Answer, Delivery
from shared.channel.errors import DeliveryMalformed
from shared.channel.inbound import InboundChange, InboundMessage, Parsed, Unreadable
from shared.channels.slack.signature import verify
from shared.channels.slack.talks import Talk, instant_of, talk_of
from shared.channels.slack.words import files, words
from shared.contracts.parts import ReplyAddress
from shared.vendor.gathering import Gathered, Item, unreadable
from shared.vendor.handshakes import NoHandshake
from shared.vendor.payloads import read_object, text_of

_SAID = (None, "file_share", "thread_broadcast", "me_message")
"""Subtypes in which somebody says something; the others report joins, topics, pins and the like."""


class SlackReceives(NoHandshake):
    """The way in of a Slack app; one event a request."""

    access: Literal["signed", "api_key", "public"] = "signed"
    body_limit = 1024 * 1024
    heavy = False

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Return only if `x-slack-signature` is that of the body, made within 5 minutes."""
        verify(delivery, secrets=account.secrets.get("signing_secret", ()))

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read the event; Slack's trial of the address is answered with its challenge."""
        envelope = read_object(delivery.body)
        kind = envelope.get("type")
        if kind == "url_verification":
            challenge = text_of(envelope.get("challenge")) or ""
            return Parsed(ignored=1, answer=Answer(body=challenge[:256].encode("utf-8", "replace")))
        gathered = Gathered()
        if kind == "app_rate_limited":
            detail = (
                "Slack held events back, as there were more than it delivers in an hour: look there for what is missing"
            )
            gathered.take(Unreadable(cause="held_back", detail=detail))
        elif kind == "event_callback" and isinstance(envelope.get("event"), dict):
            gathered.take(_item(envelope["event"], envelope, delivery, account))
        else:
            raise DeliveryMalformed("the delivery is no event of Slack's Events API", cause="no_event")
        return gathered.parsed()


def _item(event: dict[str, Any], envelope: dict[str, Any], delivery: Delivery, account: Account) -> Item | None:
    """Read one event; nothing for a known one that is no complaint."""
    if event.get("type") not in ("message", "app_mention"):
        return None
    subtype = event.get("subtype")
    if subtype == "message_deleted":
        return _removal(event, event.get("previous_message"), text_of(event.get("deleted_ts")), envelope, account)
    if subtype == "message_changed":
        return _change(event, envelope, delivery, account)
    if subtype not in _SAID:
        return None
    talk = talk_of(event, event, envelope, account.settings)
    if talk is None:
        return unreadable("a message has no channel, time or sender")
    return _message(event, talk, delivery, account) if talk.counts else None


def _message(event: dict[str, Any], talk: Talk, delivery: Delivery, account: Account) -> Item:
    text = words(event)
    if text is None:
        return unreadable("a message has no words of its kind")
    return InboundMessage(
        provider_message_id=talk.name,
        conversation=talk.key,
        threaded=True,
        sender=talk.sender,
        text=text,
        sent_at=instant_of(talk.ts, received_at=delivery.received_at),
        reply=ReplyAddress(
            account=account.account, channel=account.channel, to=talk.channel, thread={"thread_ts": talk.thread_ts}
        ),
        attachments=files(event),
    )


def _change(event: dict[str, Any], envelope: dict[str, Any], delivery: Delivery, account: Account) -> Item | None:
    """Slack calls it a change as well when it only shows a link, or keeps the place of a message that is gone."""
    now = event.get("message")
    if not isinstance(now, dict):
        return unreadable("an edit does not hold the message")
    if now.get("subtype") == "tombstone":
        return _removal(event, event.get("previous_message"), text_of(now.get("ts")), envelope, account)
    edited = now.get("edited")
    if not isinstance(edited, dict):
        return None
    talk, text = talk_of(event, now, envelope, account.settings), words(now)
    if talk is None or text is None:
        return unreadable("an edit names no message or has no words of its kind")
    if not talk.counts:
        return None
    at = text_of(edited.get("ts")) or ""
    return InboundChange(
        kind="edit",
        provider_message_id=f"{talk.name}#edit{at}",
        target=talk.name,
        conversation=talk.key,
        sender=talk.sender,
        text=text,
        sent_at=instant_of(at, received_at=delivery.received_at),
    )


def _removal(
    event: dict[str, Any], before: object, ts: str | None, envelope: dict[str, Any], account: Account
) -> Item | None:
    known = before if isinstance(before, dict) else {}
    talk = talk_of(event, {**known, "ts": ts}, envelope, account.settings)
    if talk is None:
        return unreadable("a removal names no message or nobody who wrote it")
    if not talk.counts:
        return None
    return InboundChange(
        kind="removal",
        provider_message_id=f"{talk.name}#removal",
        target=talk.name,
        conversation=talk.key,
        sender=talk.sender,
    )
