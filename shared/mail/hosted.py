"""What the channels of mail providers have in common: the settings, and the way from their account to the reader."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.inbound import Parsed
from shared.mail.authentication import DmarcResult
from shared.mail.receiving import Mailbox, receive_mail
from shared.mail.settings import AuthservId, MailAddress, OwnLists


class HostedMailSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings that each of them has."""

    addresses: Annotated[
        tuple[MailAddress, ...],
        Meta(
            min_length=1,
            max_length=200,
            description="The addresses that customers write to. Mail from one of them is our own and never answered.",
        ),
    ]
    sender: Annotated[
        MailAddress,
        Meta(
            description="The address that answers come from, of a domain that the provider may send for; answers to "
            "them, also with a part from + on, must reach one of `addresses`.",
        ),
    ] = msgspec.field(name="from")
    authserv_id: AuthservId = None
    own_lists: OwnLists = ()


def receive_hosted(
    raw: bytes,
    delivery: Delivery,
    account: Account,
    *,
    mail_from: str | None = None,
    rcpt_to: Sequence[str] = (),
    dmarc: DmarcResult | None = None,
) -> Parsed:
    """Read a mail that a provider handed over, as the channel `email` reads it; what its envelope said comes along.

    `mail_from` is "" for the null sender, None where the provider does not say. `dmarc` is a provider's own verdict.
    """
    settings = account.settings
    envelope = {"rcpt_to": "\n".join(rcpt_to)}
    if mail_from is not None:
        envelope["mail_from"] = mail_from.strip("<> ")
    mailbox = Mailbox(
        account=account.account,
        channel=account.channel,
        addresses=(*settings.addresses, settings.sender),
        authserv_id=settings.authserv_id,
        own_lists=settings.own_lists,
        dmarc=dmarc,
    )
    return receive_mail(replace(delivery, body=raw, envelope=envelope), mailbox)
