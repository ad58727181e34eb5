"""Reads the mentions that were fetched."""

from __future__ import annotations

from typing import Any, Literal

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryMalformed
from shared.channel.inbound import InboundChange, InboundMessage, Parsed
from shared.channels.mastodon.statuses import author_in, files_of, handle_of, status_in, words_of
from shared.contracts.parts import ReplyAddress, Sender
from shared.contracts.received import JoinHints
from shared.vendor.gathering import Gathered, Item
from shared.vendor.handshakes import NoHandshake
from shared.vendor.payloads import moment, read_object, text_of
from shared.vendor.reviews import edit_id

_PUBLIC = ("public", "unlisted")


class MastodonReceives(NoHandshake):
    """The way in for mentions that were fetched; one may be uploaded with an API key, too."""

    access: Literal["signed", "api_key", "public"] = "api_key"
    body_limit = 4 * 1024 * 1024
    heavy = True

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Hold: who may deliver was decided before, by API key or by fetching it ourselves."""

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read one mention: a message, or an edit of one that was filed."""
        told = read_object(delivery.body)
        own_id, who = text_of(status_in(told).get("id")), text_of(author_in(told).get("id"))
        if own_id is None or who is None:
            raise DeliveryMalformed("a mention has no post or no author", cause="bad_item")
        gathered = Gathered()
        gathered.take(_item(own_id, who, told, delivery, account))
        return gathered.parsed()


def _item(own_id: str, who: str, told: dict[str, Any], delivery: Delivery, account: Account) -> Item | None:
    status, author = status_in(told), author_in(told)
    handle = handle_of(author, server_url=account.settings.server_url)
    followers = author.get("followers_count")
    sender = Sender(
        name=text_of(author.get("display_name")) or text_of(author.get("username")),
        handle=handle or who,
        verified=("handle",),
        reach=followers if isinstance(followers, int) and not isinstance(followers, bool) and followers >= 0 else None,
    )
    text, title = words_of(status), text_of(status.get("spoiler_text"))
    if delivery.envelope.get("kind") == "edit":
        return InboundChange(
            kind="edit",
            provider_message_id=edit_id(own_id, title, text),
            target=own_id,
            conversation=who,
            sender=sender,
            text=text,
            sent_at=moment(status.get("edited_at"), received_at=delivery.received_at),
        )
    visibility = text_of(status.get("visibility")) or "direct"
    public = visibility in _PUBLIC
    answered = text_of(status.get("in_reply_to_id"))
    address = text_of(status.get("url"))
    return InboundMessage(
        provider_message_id=own_id,
        conversation=who,
        threaded=True,
        sender=sender,
        subject=title,
        text=text,
        sent_at=moment(status.get("created_at"), received_at=delivery.received_at),
        reply=ReplyAddress(
            account=account.account,
            channel=account.channel,
            to=handle or who,
            thread={"status_id": own_id, "visibility": visibility},
            public=public,
        ),
        attachments=files_of(status),
        joins=JoinHints(references=(answered,) if answered else ()),
        automatic="the account is marked as a robot's" if author.get("bot") is True else None,
        public=public,
        language=text_of(status.get("language")),
        metadata={"mastodon_post": address} if address else {},
    )
