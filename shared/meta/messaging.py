"""The chats of a page or an Instagram account: `entry[].messaging[]`, which Messenger and Instagram share.

Source: developers.facebook.com, "Messenger Platform > Webhook events" and "Instagram Platform > Webhooks".
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.inbound import InboundChange, InboundMessage, Parsed, Receipt, Unreadable
from shared.contracts.parts import ReplyAddress, Sender
from shared.contracts.received import JoinHints
from shared.meta.messaging_events import Event, events_in
from shared.meta.messaging_words import files, words
from shared.meta.receiving import MetaReceives
from shared.vendor.gathering import Gathered, Item, unreadable
from shared.vendor.payloads import moment, text_of

REPLY_WINDOW = timedelta(hours=24)
HUMAN_WINDOW = timedelta(days=7)


class MessagingReceives(MetaReceives):
    """The way in of chats; a channel says what the deliveries are about and which id is its own."""

    about = ""
    own = ""

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read every event of every entry; one that is broken leaves the others alone."""
        gathered = Gathered()
        ours = getattr(account.settings, self.own)
        for event in events_in(delivery.body, about=self.about, gathered=gathered):
            if event.owner == ours:
                for item in _items(event, delivery, account, ours):
                    gathered.take(item)
            else:
                gathered.take(_of_another(account))
        return gathered.parsed()


def _of_another(account: Account) -> Unreadable | None:
    if account.settings.other_accounts == "ignore":
        return None
    return Unreadable(
        cause="another_account",
        detail="it is of another page or account of the same app: connect that one, or set other_accounts to ignore",
    )


def _items(event: Event, delivery: Delivery, account: Account, ours: str) -> list[Item | None]:
    """Return what an event says; one None for a known event that is no complaint."""
    said = event.said
    if isinstance(delivered := said.get("delivery"), dict):
        return _receipts(delivered.get("mids"), moment(delivered.get("watermark"), received_at=delivery.received_at))
    if isinstance(read := said.get("read"), dict):
        return _receipts([read["mid"]] if "mid" in read else None, _at(event, delivery))
    kinds = [kind for kind in ("message", "message_edit", "postback") if kind in said]
    if not kinds or event.by == ours:
        return [None]
    told = said[kinds[0]]
    mid = text_of(told.get("mid")) if isinstance(told, dict) else None
    if not isinstance(told, dict) or mid is None:
        return [unreadable(f"a {kinds[0]} has no id")]
    if told.get("is_echo") is True:
        return [None]
    if kinds[0] == "message_edit" or told.get("is_deleted") is True:
        return [_change(event, told, mid, delivery)]
    return [_message(event, told, mid, delivery, account)]


def _receipts(mids: object, at: Any) -> list[Item | None]:
    """Old apps of customers name no messages; what a time stamp alone says is not worth guessing at."""
    named = [mid for mid in map(text_of, mids) if mid] if isinstance(mids, list) else []
    return [Receipt(provider_message_id=mid, state="delivered", at=at) for mid in named] or [None]


def _at(event: Event, delivery: Delivery) -> Any:
    return moment(event.said.get("timestamp"), received_at=delivery.received_at)


def _sender(who: str) -> Sender:
    return Sender(handle=who, verified=("handle",))


def _change(event: Event, told: dict[str, Any], mid: str, delivery: Delivery) -> Item:
    edited = "message_edit" in event.said
    text, number = text_of(told.get("text")), text_of(told.get("num_edit")) or ""
    if edited and text is None and number == "0":
        return Unreadable(
            cause="words_withheld",
            detail="Meta tells of a message without its words: is the app published, and allowed to read messages?",
        )
    if event.by is None or (edited and text is None):
        return unreadable("an edit or removal has no sender or no words")
    return InboundChange(
        kind="edit" if edited else "removal",
        provider_message_id=f"{mid}#edit{number}" if edited else f"{mid}#removal",
        target=mid,
        conversation=event.by,
        sender=_sender(event.by),
        text=(text or "") if edited else "",
        sent_at=_at(event, delivery),
    )


def _message(event: Event, told: dict[str, Any], mid: str, delivery: Delivery, account: Account) -> Item | None:
    text = words(told)
    if event.by is None or text is None:
        return unreadable("a message has no sender or no words of its kind")
    if not text:
        return None
    sent_at = _at(event, delivery)
    window = HUMAN_WINDOW if account.settings.human_agent else REPLY_WINDOW
    answered = told.get("reply_to")
    quoted = text_of(answered.get("mid")) if isinstance(answered, dict) else None
    return InboundMessage(
        provider_message_id=mid,
        conversation=event.by,
        threaded=True,
        sender=_sender(event.by),
        text=text,
        sent_at=sent_at,
        reply=ReplyAddress(
            account=account.account,
            channel=account.channel,
            to=event.by,
            thread={"message_id": mid},
            window_ends_at=(sent_at or delivery.received_at) + window,
        ),
        attachments=files(told),
        joins=JoinHints(references=(quoted,) if quoted else ()),
        automatic="another app answers in this conversation" if event.standby else None,
        notes=("unsupported",) if told.get("is_unsupported") is True else (),
    )
