"""Comments and mentions. Source: developers.facebook.com, "Webhooks reference > Instagram"."""

from __future__ import annotations

from typing import Any

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.inbound import InboundMessage, Parsed, Unreadable
from shared.channels.instagram_comments.events import MENTIONED, REFUSED, Change, changes_in
from shared.contracts.parts import ReplyAddress, Sender
from shared.contracts.received import JoinHints
from shared.meta.receiving import MetaReceives
from shared.vendor.gathering import Gathered, Item, unreadable
from shared.vendor.payloads import moment, text_of

_COMMENTS = ("comments", "live_comments")


class InstagramCommentsReceives(MetaReceives):
    """The way in of an account's comments."""

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read every comment and mention; what the account itself wrote is no complaint."""
        gathered = Gathered()
        for change in changes_in(delivery.body, gathered=gathered):
            if change.owner != account.settings.instagram_id:
                gathered.take(_of_another(account))
            elif change.is_mention:
                gathered.take(_mention(change.value, delivery, account))
            elif change.field in _COMMENTS:
                gathered.take(_comment(change, delivery, account))
            else:
                gathered.take(None)
        return gathered.parsed()


def _of_another(account: Account) -> Unreadable | None:
    if account.settings.other_accounts == "ignore":
        return None
    return Unreadable(
        cause="another_account",
        detail="it is of another account of the same app: connect that one, or set other_accounts to ignore",
    )


def _comment(change: Change, delivery: Delivery, account: Account) -> Item | None:
    value = change.value
    comment, author, media = text_of(value.get("id")), _part(value, "from"), _part(value, "media")
    if comment is None:
        return unreadable("a comment has no id")
    who, name = text_of(author.get("id")), text_of(author.get("username"))
    if author.get("self_ig_scoped_id") or _is_ours(who, name, account):
        return None
    parent, live = text_of(value.get("parent_id")), change.field == "live_comments"
    reply = _reply(account, to=who or comment, thread={"comment_id": comment})
    return InboundMessage(
        provider_message_id=comment,
        conversation=f"{text_of(media.get('id')) or parent or comment}:{who or name or comment}",
        threaded=True,
        sender=Sender(name=name, handle=who, verified=tuple(f for f, v in (("name", name), ("handle", who)) if v)),
        text=text_of(value.get("text")) or "[a comment without words]",
        # Meta tells no time of the comment, but when it told us, which is mostly the same second.
        sent_at=moment(change.told_at, received_at=delivery.received_at),
        reply=None if live else reply,
        joins=JoinHints(references=(parent,) if parent else ()),
        public=True,
        metadata={"instagram_ad": ad} if (ad := text_of(media.get("ad_id"))) else {},
        notes=("live_comment",) if live else (),
    )


def _mention(value: dict[str, Any], delivery: Delivery, account: Account) -> Item | None:
    comment, media = text_of(value.get("comment_id")), text_of(value.get("media_id"))
    if comment is None and media is None:
        return unreadable("a mention names neither comment nor post")
    told = value.get(MENTIONED)
    if not isinstance(told, dict):
        why = text_of(value.get(REFUSED)) or "it was not asked for"
        return Unreadable(cause="not_fetched", detail=f"the words of a mention could not be fetched: {why}")
    name = text_of(told.get("username"))
    if _is_ours(None, name, account):
        return None
    own_id = comment or f"media:{media}"
    thread = {name: number for name, number in (("comment_id", comment), ("media_id", media)) if number}
    return InboundMessage(
        provider_message_id=own_id,
        conversation=f"{media or own_id}:{name or own_id}",
        threaded=True,
        sender=Sender(name=name, handle=name, verified=("name", "handle") if name else ()),
        text=text_of(told.get("text" if comment else "caption")) or "[a mention without words]",
        sent_at=moment(told.get("timestamp"), received_at=delivery.received_at),
        reply=_reply(account, to=name or own_id, thread={**thread, "mention": "yes"}),
        public=True,
        metadata={"instagram_post": link} if (link := text_of(told.get("permalink"))) else {},
    )


def _is_ours(who: str | None, name: str | None, account: Account) -> bool:
    settings = account.settings
    return who == settings.instagram_id or bool(name and settings.username and name == settings.username.lower())


def _reply(account: Account, *, to: str, thread: dict[str, str]) -> ReplyAddress:
    return ReplyAddress(account=account.account, channel=account.channel, to=to, thread=thread, public=True)


def _part(value: dict[str, Any], name: str) -> dict[str, Any]:
    inner = value.get(name)
    return inner if isinstance(inner, dict) else {}
