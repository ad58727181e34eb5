"""What connecting a source of CloudEvents takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

_TOKEN = r"^[A-Za-z0-9._~+/=-]{16,1000}$"  # noqa: S105 - the form of a token, not one
Word = Annotated[str, Meta(min_length=1, max_length=255)]


class CloudEventsSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a source of CloudEvents."""

    types: Annotated[
        tuple[Word, ...],
        Meta(
            max_length=200,
            description="The values of `type` whose events are complaints, as the sending system documents them; "
            "others are counted. Empty: every event is one.",
        ),
    ] = ()
    allowed_origins: Annotated[
        tuple[Word, ...],
        Meta(
            max_length=50,
            description="Senders that may ask by OPTIONS whether they may deliver (WebHook-Request-Origin): the host "
            "name that the sending system documents; Azure Event Grid asks as eventgrid.azure.net.",
        ),
    ] = ()
    reply_url: Annotated[
        Annotated[str, Meta(pattern=r"^https?://[^\s/]+", max_length=2_000)] | None,
        Meta(
            description="Where answers are posted to, as CloudEvents. Without it they go by mail to the address in "
            "contact.email, and nobody is answered who gave none.",
        ),
    ] = None
    source: Annotated[
        str,
        Meta(
            pattern=r"^[^\s]{1,500}$",
            description="The `source` of our own events, a URI of your choice that names this installation.",
        ),
    ] = "/ascolto"


class CloudEventsSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a source of CloudEvents."""

    token: Annotated[
        str,
        Meta(
            pattern=_TOKEN,
            description="16 or more letters and digits of your own, by chance; the sending system gives it back as "
            "Authorization: Bearer <token> with every delivery.",
        ),
    ]
    reply_token: Annotated[
        Annotated[str, Meta(pattern=_TOKEN)] | None,
        Meta(
            description="What we send as Authorization: Bearer <token> to reply_url; the receiver there gives it out.",
        ),
    ] = None
