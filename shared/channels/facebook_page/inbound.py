"""The feed of a page: comments and visitors' posts, their edits and removals.

Source: developers.facebook.com, "Webhooks reference > Page > feed".
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from typing import Any

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.inbound import InboundAttachment, InboundChange, InboundMessage, Parsed
from shared.contracts.parts import ReplyAddress, Sender
from shared.contracts.received import JoinHints
from shared.meta.events import Change, changes_in
from shared.meta.receiving import MetaReceives
from shared.vendor.gathering import Gathered, Item, unreadable
from shared.vendor.payloads import instant, text_of

_WRITTEN = ("comment", "post", "status", "photo", "video")
_VERBS = {"add": "add", "edited": "edit", "edit": "edit", "remove": "removal", "delete": "removal"}
"""`hide` and `unhide` are acts of our own moderators, `like` and the like say nothing."""


class FacebookPageReceives(MetaReceives):
    """The way in of a Facebook page."""

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read every comment of every change; what the page itself wrote is no complaint."""
        gathered = Gathered()
        for change in changes_in(delivery.body, about="page", gathered=gathered):
            gathered.take(_item(change, delivery, account))
        return gathered.parsed()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Thing:
    """A comment or a visitor's post, under the one id that it has for ever."""

    own_id: str
    thread: str
    author: str | None
    name: str | None
    text: str

    @property
    def conversation(self) -> str:
        """One author under one post is one talk; others who join in complain for themselves."""
        return f"{self.thread}:{self.author or self.own_id}"

    @property
    def sender(self) -> Sender:
        return Sender(name=self.name, handle=self.author, verified=("handle",) if self.author else ())


def _item(change: Change, delivery: Delivery, account: Account) -> Item | None:
    """Read one change; nothing for a known event that is no complaint."""
    value = change.value
    verb = _VERBS.get(str(value.get("verb")))
    if change.field != "feed" or value.get("item") not in _WRITTEN or verb is None:
        return None
    thing = _thing(value)
    if thing is None:
        return unreadable("a comment or post has no id")
    if thing.author == account.settings.page_id:
        return None
    if verb == "add":
        return _message(thing, value, delivery, account)
    return InboundChange(
        kind="edit" if verb == "edit" else "removal",
        provider_message_id=_change_id(thing, verb, change.entry_time),
        target=thing.own_id,
        conversation=thing.conversation,
        sender=thing.sender,
        text=thing.text if verb == "edit" else "",
        sent_at=instant(change.entry_time, received_at=delivery.received_at),
    )


def _thing(value: dict[str, Any]) -> _Thing | None:
    comment, post = text_of(value.get("comment_id")), text_of(value.get("post_id"))
    own_id = comment if value.get("item") == "comment" else post
    author = value.get("from")
    author = author if isinstance(author, dict) else {}
    if own_id is None:
        return None
    return _Thing(
        own_id=own_id,
        thread=post or text_of(value.get("parent_id")) or own_id,
        author=text_of(author.get("id")),
        name=text_of(author.get("name")),
        text=text_of(value.get("message")) or "",
    )


def _change_id(thing: _Thing, verb: str, entry_time: object) -> str:
    """Meta names no edit: its time and its words tell two edits of one comment apart, and a repetition not."""
    words = hashlib.sha256(thing.text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    return f"{thing.own_id}#{verb}#{text_of(entry_time) or ''}#{words}"


def _message(thing: _Thing, value: dict[str, Any], delivery: Delivery, account: Account) -> Item | None:
    attachments = _picture(value)
    if not thing.text and not attachments and value.get("item") != "comment":
        return None
    parent = text_of(value.get("parent_id"))
    return InboundMessage(
        provider_message_id=thing.own_id,
        conversation=thing.conversation,
        threaded=True,
        sender=thing.sender,
        text=thing.text or ("[photo]" if attachments else "[a comment without words]"),
        sent_at=instant(value.get("created_time"), received_at=delivery.received_at),
        reply=ReplyAddress(
            account=account.account,
            channel=account.channel,
            to=thing.author or thing.own_id,
            thread={"comment_id": thing.own_id},
            public=True,
        ),
        attachments=attachments,
        joins=JoinHints(references=(parent,) if parent and parent != thing.thread else ()),
        public=True,
    )


def _picture(value: dict[str, Any]) -> tuple[InboundAttachment, ...]:
    photo = value.get("photo") or (value.get("link") if value.get("item") == "photo" else None)
    if not isinstance(photo, str) or not photo.startswith("https://"):
        return ()
    return (InboundAttachment(name="photo.jpg", media_type="image/jpeg", media=photo),)
