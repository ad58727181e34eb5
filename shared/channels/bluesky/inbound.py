"""Reads the posts that were fetched."""

from __future__ import annotations

from typing import Any, Literal

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryMalformed
from shared.channel.inbound import InboundMessage, Parsed
from shared.channels.bluesky.posts import REASONS, Reference, part, reference, words_of
from shared.contracts.parts import ReplyAddress, Sender
from shared.contracts.received import JoinHints
from shared.vendor.gathering import Gathered
from shared.vendor.handshakes import NoHandshake
from shared.vendor.payloads import moment, read_object, text_of


class BlueskyReceives(NoHandshake):
    """The way in for posts that were fetched; one may be uploaded with an API key, too."""

    access: Literal["signed", "api_key", "public"] = "api_key"
    body_limit = 1024 * 1024
    heavy = False

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Hold: who may deliver was decided before, by API key or by fetching it ourselves."""

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read one post that mentions, answers or quotes the account."""
        told = read_object(delivery.body)
        post, who = reference(told), text_of(part(told, "author").get("did"))
        if post is None or who is None:
            raise DeliveryMalformed("a post has no name or no author", cause="bad_item")
        gathered = Gathered()
        ours = text_of(part(told, "author").get("handle")) == account.settings.handle
        wanted = told.get("reason") in (None, *REASONS) and not ours
        gathered.take(_message(post, who, told, delivery, account) if wanted else None)
        return gathered.parsed()


def _message(post: Reference, who: str, told: dict[str, Any], delivery: Delivery, account: Account) -> InboundMessage:
    author, record = part(told, "author"), part(told, "record")
    root, parent = reference(part(record, "reply", "root")) or post, reference(part(record, "reply", "parent"))
    handle = text_of(author.get("handle"))
    languages = record.get("langs")
    language = text_of(languages[0]) if isinstance(languages, list) and languages else None
    thread = {"uri": post.uri, "cid": post.cid, "root_uri": root.uri, "root_cid": root.cid}
    return InboundMessage(
        provider_message_id=post.uri,
        conversation=f"{root.uri}:{who}",
        threaded=True,
        sender=Sender(name=text_of(author.get("displayName")) or handle, handle=who, verified=("handle",)),
        text=words_of(record),
        sent_at=moment(record.get("createdAt"), received_at=delivery.received_at),
        reply=ReplyAddress(account=account.account, channel=account.channel, to=who, thread=thread, public=True),
        joins=JoinHints(references=(parent.uri,) if parent else ()),
        public=True,
        language=language,
        metadata={"bluesky_handle": handle} if handle else {},
    )
