"""Reads the mails that were fetched from a mailbox."""

from __future__ import annotations

from typing import Literal

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.inbound import Parsed
from shared.mail import limits
from shared.mail.receiving import Mailbox, receive_mail
from shared.vendor.handshakes import NoHandshake


class ImapReceives(NoHandshake):
    """The way in for mail that was fetched; a raw mail may be uploaded with an API key, too."""

    access: Literal["signed", "api_key", "public"] = "api_key"
    body_limit = limits.MAIL_BYTES
    heavy = True

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Hold: who may deliver was decided before, by API key or by fetching it ourselves."""

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Return the message of the mail; `DeliveryMalformed` when the bytes are no mail."""
        settings = account.settings
        own = (settings.sender, *([settings.username] if "@" in settings.username else []))
        mailbox = Mailbox(
            account=account.account,
            channel=account.channel,
            addresses=own,
            authserv_id=settings.authserv_id,
            own_lists=settings.own_lists,
        )
        return receive_mail(delivery, mailbox)
