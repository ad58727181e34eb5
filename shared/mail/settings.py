"""The settings that every channel of mail has in common, as types with the words that explain them."""

from __future__ import annotations

from typing import Annotated

from msgspec import Meta

MailAddress = Annotated[str, Meta(pattern=r"^[^\s@<>\"(),:;]{1,64}@[^\s@<>\"(),:;]{1,253}$", max_length=320)]

RelayUrl = Annotated[
    str,
    Meta(
        pattern=r"^smtps?://[^\s/]+/?$",
        max_length=500,
        description="Where outgoing mail is handed over: smtp://[user@]host[:port] (STARTTLS where it is offered) "
        "or smtps://[user@]host[:port]. Your mail provider calls it the outgoing or submission server.",
    ),
]

AuthservId = Annotated[
    Annotated[str, Meta(min_length=1, max_length=255)] | None,
    Meta(
        description="The name under which your own mail server writes Authentication-Results (the first word of "
        "that header in any mail you received). Without it no sender counts as verified.",
    ),
]

OwnLists = Annotated[
    tuple[str, ...],
    Meta(
        max_length=50,
        description="List-Ids of groups of yours that pass customers' mail on (a Google Group, say): mail through "
        "them is not taken for a mailing list's.",
    ),
]
