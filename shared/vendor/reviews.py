"""What reviews have in common, whoever publishes them."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field
from datetime import datetime

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.inbound import InboundChange, InboundMessage, Parsed
from shared.contracts.parts import ReplyAddress, Sender
from shared.vendor.following import digest, listed
from shared.vendor.gathering import Gathered, Item
from shared.vendor.walking import Listed


@dataclass(frozen=True, slots=True, kw_only=True)
class Review:
    """What somebody wrote of a thing that is sold, in a store that is polled."""

    own_id: str
    text: str
    author: str | None = None
    title: str | None = None
    stars: int | None = None
    at: datetime | None = None
    language: str | None = None
    metadata: dict[str, str] = field(default_factory=dict)

    @property
    def words(self) -> str:
        """A digest of what its author can change; an answer of ours is no edit."""
        return digest(self.stars, self.title, self.text)

    def listed(self, written: object, *, most_stars: int) -> Listed:
        """Return it as an item of a page; one with more stars counts when they become less."""
        counts = self.stars is None or self.stars <= most_stars
        return listed(written, own_id=self.own_id, words=self.words, at=self.at, counts=counts)


def parse_review(review: Review, delivery: Delivery, account: Account) -> Parsed:
    """Return a review that was fetched as a message, or as an edit of the one that was filed."""
    gathered = Gathered()
    gathered.take(_item(review, delivery, account))
    return gathered.parsed()


def _item(review: Review, delivery: Delivery, account: Account) -> Item | None:
    if delivery.envelope.get("kind") == "edit":
        return InboundChange(
            kind="edit",
            provider_message_id=edit_id(review.own_id, str(review.stars), review.title, review.text),
            target=f"{review.own_id}#{delivery.envelope.get('first', '')}",
            conversation=review.own_id,
            sender=Sender(name=review.author),
            text=edited_text(review.stars, review.title, review.text),
            sent_at=review.at,
        )
    if review.stars is not None and review.stars > account.settings.most_stars:
        return None
    return InboundMessage(
        # Stores tell no first writing from an edit: by its words, one that was forgotten here is told, and not lost.
        provider_message_id=f"{review.own_id}#{review.words}",
        conversation=review.own_id,
        threaded=True,
        sender=Sender(name=review.author),
        subject=review.title,
        text=review.text or review.title or "[a review without words]",
        sent_at=review.at,
        reply=ReplyAddress(
            account=account.account,
            channel=account.channel,
            to=review.own_id,
            thread={"review_id": review.own_id},
            public=True,
        ),
        public=True,
        language=review.language,
        metadata=review.metadata | ({"stars": str(review.stars)} if review.stars else {}),
    )


def edit_id(own_id: str, *words: str | None) -> str:
    """Return the id of an edit: its words tell two edits of one review apart, and a repetition not."""
    said = "\n".join(word or "" for word in words)
    return f"{own_id}#edit#{hashlib.sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def stars_of(value: object, *, of: int = 5) -> int | None:
    """Return a number of stars, nothing for what cannot be one."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= of else None


def edited_text(stars: int | None, title: str | None, text: str | None) -> str:
    """Return a review as it stands after an edit: the stars, which often are what changed, before the words."""
    head = f"[{stars} of 5 stars]" if stars else "[a review that was edited]"
    return "\n".join(filter(None, (head, title, text)))
