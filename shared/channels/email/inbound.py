"""Reads the mails that the SMTP listener and the raw upload take."""

from __future__ import annotations

from typing import Literal

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.inbound import Parsed
from shared.mail import limits
from shared.mail.receiving import Mailbox, receive_mail
from shared.vendor.handshakes import NoHandshake


class EmailReceives(NoHandshake):
    """The way in for mail. An upload needs an API key; what SMTP brought was proven by its recipient."""

    access: Literal["signed", "api_key", "public"] = "api_key"
    body_limit = limits.MAIL_BYTES
    heavy = True

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Hold: who may deliver was decided before, by API key or by the listener."""

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Return the message of the mail; `DeliveryMalformed` when the bytes are no mail."""
        settings = account.settings
        mailbox = Mailbox(
            account=account.account,
            channel=account.channel,
            addresses=(*settings.addresses, settings.sender),
            authserv_id=settings.authserv_id,
            own_lists=settings.own_lists,
        )
        return receive_mail(delivery, mailbox)
