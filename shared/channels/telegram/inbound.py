"""Updates of a Telegram bot: messages to it, and to a business account that it is connected to.

Source: core.telegram.org/bots/api, "Update", "Message" and "setWebhook".
"""

from __future__ import annotations

import hmac
from datetime import timedelta
from typing import Any, Literal

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, DeliveryMalformed
from shared.channel.inbound import InboundChange, InboundMessage, Parsed
from shared.channels.telegram.chats import Talk, talk_of
from shared.channels.telegram.words import files, is_opening, is_service, words
from shared.contracts.parts import ReplyAddress
from shared.contracts.received import JoinHints
from shared.vendor.gathering import Gathered, Item, unreadable
from shared.vendor.handshakes import NoHandshake
from shared.vendor.payloads import instant, read_object, text_of

BUSINESS_WINDOW = timedelta(hours=24)
_NEW = ("message", "business_message")
_EDITED = ("edited_message", "edited_business_message")
_DELETED = "deleted_business_messages"


class TelegramReceives(NoHandshake):
    """The way in of a Telegram bot; one update a request."""

    access: Literal["signed", "api_key", "public"] = "signed"
    body_limit = 1024 * 1024
    heavy = False

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Return only if Telegram repeats the word that the webhook was set with; it signs nothing."""
        claimed = delivery.headers.get("x-telegram-bot-api-secret-token", "").encode("utf-8", "surrogateescape")
        for secret in account.secrets.get("webhook_secret", ()):
            if secret and hmac.compare_digest(claimed, secret.encode()):
                return
        raise DeliveryForged("x-telegram-bot-api-secret-token is not the word of this account")

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read the one event of an update; types that are not asked for are counted."""
        update = read_object(delivery.body)
        gathered = Gathered()
        number = text_of(update.get("update_id"))
        for name in (*_NEW, *_EDITED, _DELETED):
            if name not in update:
                continue
            event = update[name]
            talk = talk_of(event)
            if talk is None:
                gathered.take(unreadable(f"{name} names no chat"))
            elif name == _DELETED:
                _removals(event, talk, gathered)
            elif name in _NEW:
                gathered.take(_message(event, talk, delivery, account))
            else:
                gathered.take(_edit(event, talk, number, delivery))
        if number is None and not gathered.items and not gathered.ignored:
            raise DeliveryMalformed("the delivery is no update of the Bot API", cause="no_update")
        if not gathered.items and not gathered.ignored:
            gathered.take(None)
        return gathered.parsed()


def _message(message: dict[str, Any], talk: Talk, delivery: Delivery, account: Account) -> Item | None:
    """Read a message; nothing for what the business itself wrote, for groups, and for what says nothing."""
    message_id = text_of(message.get("message_id"))
    text = words(message)
    if talk.is_ours or not talk.is_private or is_opening(message) or is_service(message):
        return None
    if message_id is None or text is None:
        return unreadable("a message has no id or no words of its kind")
    sent_at = instant(message.get("date"), received_at=delivery.received_at)
    window = (sent_at or delivery.received_at) + BUSINESS_WINDOW if talk.connection else None
    return InboundMessage(
        provider_message_id=talk.name_of(message_id),
        conversation=talk.key,
        threaded=True,
        sender=talk.sender,
        text=text,
        sent_at=sent_at,
        reply=ReplyAddress(
            account=account.account,
            channel=account.channel,
            to=talk.chat,
            thread={"message_id": message_id} | ({"connection": talk.connection} if talk.connection else {}),
            window_ends_at=window,
        ),
        attachments=files(message),
        joins=JoinHints(references=_answered(message, talk)),
        automatic="a bot wrote it" if talk.by_bot else None,
        metadata={"telegram_username": talk.username} if talk.username else {},
    )


def _answered(message: dict[str, Any], talk: Talk) -> tuple[str, ...]:
    first = message.get("reply_to_message")
    answered = text_of(first.get("message_id")) if isinstance(first, dict) else None
    return (talk.name_of(answered),) if answered else ()


def _edit(message: dict[str, Any], talk: Talk, number: str | None, delivery: Delivery) -> Item | None:
    """A live location that moves on is an edit as well, and says nothing."""
    message_id, text = text_of(message.get("message_id")), words(message)
    if talk.is_ours or not talk.is_private or is_opening(message) or is_service(message) or "location" in message:
        return None
    if message_id is None or text is None:
        return unreadable("an edit does not name its message or has no words of its kind")
    mark = number or text_of(message.get("edit_date")) or ""
    return InboundChange(
        kind="edit",
        provider_message_id=f"{talk.name_of(message_id)}#edit{mark}",
        target=talk.name_of(message_id),
        conversation=talk.key,
        sender=talk.sender,
        text=text,
        sent_at=instant(message.get("edit_date"), received_at=delivery.received_at),
    )


def _removals(event: dict[str, Any], talk: Talk, gathered: Gathered) -> None:
    """Telegram tells removals of business chats only, several at once."""
    named = event.get("message_ids")
    if not isinstance(named, list) or not named:
        gathered.take(unreadable("a removal names no messages"))
        return
    for message_id in map(text_of, named):
        gathered.take(
            InboundChange(
                kind="removal",
                provider_message_id=f"{talk.name_of(message_id)}#removal",
                target=talk.name_of(message_id),
                conversation=talk.key,
                sender=talk.sender,
            )
            if message_id
            else unreadable("a removal names no message")
        )
