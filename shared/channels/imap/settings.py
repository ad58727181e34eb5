"""What following a mailbox takes."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

from shared.channels.imap.connecting import Security
from shared.mail.settings import AuthservId, MailAddress, OwnLists, RelayUrl


class ImapSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a mailbox."""

    host: Annotated[
        str,
        Meta(
            pattern=r"^[^\s/:]+$|^[0-9a-fA-F:]+$", max_length=255, description="The IMAP server, as imap.example.com."
        ),
    ]
    username: Annotated[
        str, Meta(min_length=1, max_length=320, description="The user name of the mailbox, mostly its address.")
    ]
    sender: Annotated[
        MailAddress,
        Meta(
            description="The address that answers come from; mail to it (also with a +part) must come to this mailbox.",
        ),
    ] = msgspec.field(name="from")
    relay_url: RelayUrl
    port: Annotated[
        int, Meta(ge=1, le=65535, description="The server's port: 993 with implicit TLS, 143 with STARTTLS.")
    ] = 993
    tls: Annotated[
        bool | Literal["implicit", "starttls", "none"],
        Meta(
            description="true (or implicit): TLS from the first byte, on port 143 STARTTLS. starttls: asked for after "
            "connecting. false (or none): only for a server on this machine."
        ),
    ] = True
    mailbox: Annotated[str, Meta(min_length=1, max_length=255, description="The folder to follow, as INBOX.")] = "INBOX"
    interval_seconds: Annotated[
        float,
        Meta(ge=0.1, le=3600, description="How often to look even when the server announces nothing (IDLE)."),
    ] = 60.0
    mark_seen: Annotated[
        bool,
        Meta(description="Whether mails that were filed are marked as read in the mailbox. They stay where they are."),
    ] = True
    authserv_id: AuthservId = None
    own_lists: OwnLists = ()

    @property
    def security(self) -> Security:
        """How the connection is protected."""
        if isinstance(self.tls, str):
            return self.tls
        if not self.tls:
            return "none"
        return "starttls" if self.port == 143 else "implicit"


class ImapSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """The secrets of a mailbox."""

    password: Annotated[
        str,
        Meta(
            min_length=1,
            max_length=500,
            description="The password of the mailbox; where the provider asks for a second factor, an app password.",
        ),
    ]
    relay_password: Annotated[
        Annotated[str, Meta(min_length=1, max_length=500)] | None,
        Meta(description="The password of the user in relay_url, where it is not the mailbox's own."),
    ] = None
