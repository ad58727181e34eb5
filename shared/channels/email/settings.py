"""What connecting an e-mail address takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

_ADDRESS = r"^[^\s@<>\"(),:;]{1,64}@[^\s@<>\"(),:;]{1,253}$"


class EmailSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of an e-mail account."""

    addresses: Annotated[
        tuple[Annotated[str, Meta(pattern=_ADDRESS, max_length=320)], ...],
        Meta(
            min_length=1,
            max_length=200,
            description="The addresses that customers write to. The SMTP listener files a mail by its recipient; upper "
            "and lower case and a part from + on make no difference.",
        ),
    ]
    sender: Annotated[
        str,
        Meta(
            pattern=_ADDRESS,
            max_length=320,
            description="The address that answers come from; answers to them must reach one of `addresses`.",
        ),
    ] = msgspec.field(name="from")
    relay_url: Annotated[
        str,
        Meta(
            pattern=r"^smtps?://[^\s/]+/?$",
            max_length=500,
            description="Where outgoing mail is handed over: smtp://[user@]host[:port] (STARTTLS where it is offered) "
            "or smtps://[user@]host[:port]. Your mail provider calls it the outgoing or submission server.",
        ),
    ]
    authserv_id: Annotated[
        Annotated[str, Meta(min_length=1, max_length=255)] | None,
        Meta(
            description="The name under which your own mail server writes Authentication-Results (the first word of "
            "that header in any mail you received). Without it no sender counts as verified.",
        ),
    ] = None
    own_lists: Annotated[
        tuple[str, ...],
        Meta(
            max_length=50,
            description="List-Ids of groups of yours that pass customers' mail on (a Google Group, say): mail through "
            "them is not taken for a mailing list's.",
        ),
    ] = ()


class EmailSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of an e-mail account."""

    relay_password: Annotated[
        Annotated[str, Meta(min_length=1, max_length=500)] | None,
        Meta(
            description="The password of the user in relay_url; your mail provider may call it an app password.",
        ),
    ] = None
