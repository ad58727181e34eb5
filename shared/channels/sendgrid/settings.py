"""What connecting SendGrid takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.mail.hosted import HostedMailSettings

_KEY = r"^[A-Za-z0-9+/]{80,400}={0,2}$"


class SendGridSettings(HostedMailSettings, frozen=True, kw_only=True):
    """The settings of a SendGrid account."""

    api_base_url: Annotated[
        str,
        Meta(
            pattern=r"^https?://[^\s/]+",
            max_length=500,
            description="SendGrid's API. For a subuser in the EU region https://api.eu.sendgrid.com; else leave it.",
        ),
    ] = "https://api.sendgrid.com"


class SendGridSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a SendGrid account; the two keys are public ones, kept here so that they can rotate."""

    inbound_key: Annotated[
        str,
        Meta(
            pattern=_KEY,
            description="The public key of the security policy that is attached to your Inbound Parse setting: the "
            "answer of POST /v3/user/webhooks/security/policies holds it as public_key (see the guide).",
        ),
    ]
    event_key: Annotated[
        Annotated[str, Meta(pattern=_KEY)] | None,
        Meta(
            description="Settings > Mail Settings > Event Webhooks > your webhook > Signature Verification: the "
            "Verification Key. Without it events are refused.",
        ),
    ] = None
    api_key: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=200,
            description="Settings > API Keys > Create API Key, Restricted Access, Mail Send: full. It starts with SG.",
        ),
    ]
