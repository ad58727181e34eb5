"""What connecting an e-mail address takes."""

from __future__ import annotations

from typing import Annotated

import msgspec
from msgspec import Meta

from shared.mail.settings import AuthservId, MailAddress, OwnLists, RelayUrl


class EmailSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of an e-mail account."""

    addresses: Annotated[
        tuple[MailAddress, ...],
        Meta(
            min_length=1,
            max_length=200,
            description="The addresses that customers write to. The SMTP listener files a mail by its recipient; upper "
            "and lower case and a part from + on make no difference.",
        ),
    ]
    sender: Annotated[
        MailAddress,
        Meta(
            description="The address that answers come from; answers to them must reach one of `addresses`.",
        ),
    ] = msgspec.field(name="from")
    relay_url: RelayUrl
    authserv_id: AuthservId = None
    own_lists: OwnLists = ()


class EmailSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of an e-mail account."""

    relay_password: Annotated[
        Annotated[str, Meta(min_length=1, max_length=500)] | None,
        Meta(
            description="The password of the user in relay_url; your mail provider may call it an app password.",
        ),
    ] = None
