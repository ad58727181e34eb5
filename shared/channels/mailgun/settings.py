"""What connecting a Mailgun domain takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.mail.hosted import HostedMailSettings


class MailgunSettings(HostedMailSettings, frozen=True, kw_only=True):
    """The settings of a Mailgun domain."""

    domain: Annotated[
        str,
        Meta(
            pattern=r"^[A-Za-z0-9.-]{1,253}$",
            description="The domain that answers are sent through: Mailgun > Send > Domains, as it is listed there.",
        ),
    ]
    api_base_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+",
            max_length=500,
            description="Mailgun's API. For a domain in the EU region https://api.eu.mailgun.net; else leave it.",
        ),
    ] = "https://api.mailgun.net"


class MailgunSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a Mailgun domain."""

    signing_key: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=200,
            description="Mailgun > your account > API Security > HTTP webhook signing key. It proves mails and events.",
        ),
    ]
    api_key: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=200,
            description="Mailgun > your account > API Security > Mailgun API keys > Add new key. A domain's "
            "sending key sends too, but cannot be checked.",
        ),
    ]
