"""Reads the reviews that were fetched."""

from __future__ import annotations

from typing import Literal

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryMalformed
from shared.channel.inbound import Parsed
from shared.channels.google_play.reviews import review_in
from shared.vendor.handshakes import NoHandshake
from shared.vendor.payloads import read_object
from shared.vendor.reviews import parse_review


class GooglePlayReceives(NoHandshake):
    """The way in for reviews that were fetched; one may be uploaded with an API key, too."""

    access: Literal["signed", "api_key", "public"] = "api_key"
    body_limit = 1024 * 1024
    heavy = False

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Hold: who may deliver was decided before, by API key or by fetching it ourselves."""

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read one review: a message, or an edit of one that was filed."""
        review = review_in(read_object(delivery.body), received_at=delivery.received_at)
        if review is None:
            raise DeliveryMalformed("a review has no id or no comment", cause="bad_item")
        return parse_review(review, delivery, account)
