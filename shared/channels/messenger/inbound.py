"""Deliveries of a page's chats. Source: developers.facebook.com, "Messenger Platform > Webhook events"."""

from __future__ import annotations

from shared.meta.messaging import MessagingReceives


class MessengerReceives(MessagingReceives):
    """The way in of a page's chats."""

    about = "page"
    own = "page_id"
