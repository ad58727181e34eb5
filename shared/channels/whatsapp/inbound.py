"""Deliveries of the WhatsApp Cloud API: messages, edits, removals, and what became of ours.

Source: developers.facebook.com, "WhatsApp Business Platform > Webhooks > messages".
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.inbound import InboundChange, InboundMessage, Parsed, Receipt, Unreadable
from shared.channels.whatsapp.people import Contacts, Person, person_in
from shared.channels.whatsapp.words import SILENT, files, words
from shared.contracts.parts import ReplyAddress
from shared.contracts.received import JoinHints
from shared.meta.events import changes_in
from shared.meta.receiving import MetaReceives
from shared.vendor.gathering import Gathered, Item, listed, unreadable
from shared.vendor.payloads import instant, text_of

REPLY_WINDOW = timedelta(hours=24)


class WhatsAppReceives(MetaReceives):
    """The way in of a WhatsApp number."""

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read every message of every change of every entry; one that is broken leaves the others alone."""
        gathered = Gathered()
        for change in changes_in(delivery.body, about="whatsapp_business_account", gathered=gathered):
            if change.field == "messages":
                _read(change.value, delivery, account, gathered)
            else:
                gathered.take(None)
        return gathered.parsed()


def _read(value: dict[str, Any], delivery: Delivery, account: Account, gathered: Gathered) -> None:
    before = len(gathered.items) + gathered.ignored
    ours = _phone_number_id(value) == account.settings.phone_number_id
    contacts = Contacts(value.get("contacts"))
    for message in listed(value, "messages", gathered=gathered):
        if ours:
            gathered.take(_item(message, person_in(message, contacts), delivery, account))
        else:
            gathered.take(_of_another_number(account))
    for status in listed(value, "statuses", gathered=gathered):
        gathered.take(_receipt(status, delivery.received_at) if ours else None)
    if before == len(gathered.items) + gathered.ignored:
        gathered.take(None)


def _phone_number_id(value: dict[str, Any]) -> str | None:
    metadata = value.get("metadata")
    return text_of(metadata.get("phone_number_id")) if isinstance(metadata, dict) else None


def _of_another_number(account: Account) -> Unreadable | None:
    if account.settings.other_numbers == "ignore":
        return None
    return Unreadable(
        cause="another_number",
        detail="the message is to another number of the same app: connect that number, or set other_numbers to ignore",
    )


def _item(message: dict[str, Any], person: Person | None, delivery: Delivery, account: Account) -> Item | None:
    """Read one message; nothing for a known event that is no complaint."""
    message_id = message.get("id")
    if message.get("type") in SILENT:
        return None
    if not isinstance(message_id, str) or not message_id or person is None:
        return unreadable("a message has no id or no sender")
    sent_at = instant(message.get("timestamp"), received_at=delivery.received_at)
    if message.get("type") in ("edit", "revoke"):
        return _change(message, message_id, person, sent_at)
    text = words(message)
    if text is None:
        return unreadable("a message has no words of its type")
    return InboundMessage(
        provider_message_id=message_id,
        conversation=person.key,
        threaded=True,
        sender=person.sender,
        text=text,
        sent_at=sent_at,
        reply=ReplyAddress(
            account=account.account,
            channel=account.channel,
            to=person.to,
            thread={"message_id": message_id, "addressed_by": person.addressed_by},
            window_ends_at=(sent_at or delivery.received_at) + REPLY_WINDOW,
        ),
        attachments=files(message),
        joins=JoinHints(references=_quoted(message)),
        notes=("unsupported",) if message.get("type") == "unsupported" else (),
    )


def _quoted(message: dict[str, Any]) -> tuple[str, ...]:
    context = message.get("context")
    quoted = text_of(context.get("id")) if isinstance(context, dict) else None
    return (quoted,) if quoted else ()


def _change(message: dict[str, Any], message_id: str, person: Person, sent_at: datetime | None) -> Item:
    kind = message["type"]
    told = message.get(kind)
    target = text_of(told.get("original_message_id")) if isinstance(told, dict) else None
    if target is None or not isinstance(told, dict):
        return unreadable("an edit or removal does not name its message")
    new = told.get("message")
    return InboundChange(
        kind="edit" if kind == "edit" else "removal",
        provider_message_id=message_id,
        target=target,
        conversation=person.key,
        sender=person.sender,
        text=(words(new) or "") if kind == "edit" and isinstance(new, dict) else "",
        sent_at=sent_at,
    )


def _receipt(status: dict[str, Any], received_at: datetime) -> Receipt | Unreadable | None:
    """`read` implies `delivered` and may come alone; `sent` says nothing new."""
    state, message_id = status.get("status"), text_of(status.get("id"))
    if state not in ("delivered", "read", "failed"):
        return None
    if message_id is None:
        return unreadable("a status names no message")
    return Receipt(
        provider_message_id=message_id,
        state="failed" if state == "failed" else "delivered",
        at=instant(status.get("timestamp"), received_at=received_at),
        detail=_reason(status) if state == "failed" else None,
    )


def _reason(status: dict[str, Any]) -> str:
    errors = status.get("errors")
    first = errors[0] if isinstance(errors, list) and errors and isinstance(errors[0], dict) else {}
    return " ".join(filter(None, (text_of(first.get("code")), text_of(first.get("title")))))[:200] or "no reason given"
