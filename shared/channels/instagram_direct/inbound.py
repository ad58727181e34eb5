"""Deliveries of direct messages. Source: developers.facebook.com, "Instagram Platform > Webhooks > Examples"."""

from __future__ import annotations

from shared.meta.messaging import MessagingReceives


class InstagramDirectReceives(MessagingReceives):
    """The way in of an account's direct messages."""

    about = "instagram"
    own = "instagram_id"
