"""Sends answers by mail through the mailbox's relay, and checks both halves of the connection."""

from __future__ import annotations

from shared.channel.account import Account
from shared.channel.errors import DeliveryError
from shared.channel.outbound import MailRelay, Means, Outgoing, Sent, Verdict
from shared.channels.imap.connecting import connected
from shared.channels.imap.mailbox import Mailbox
from shared.clock import Clock, SystemClock
from shared.faults import TryLater
from shared.mail.sending import check_relay, send_mail


class ImapSends:
    """The way out for mail."""

    public = False
    max_length: int | None = None

    def __init__(self, *, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Hand the mail to the relay; the answer's Reply-To carries the reply token."""
        return await send_mail(
            outgoing=outgoing,
            relay=_relay(account, means),
            title=account.title,
            now=self._clock.now(),
            reply_to=account.settings.sender,
        )


class ImapChecks:
    """One connection to the mailbox and one to the relay."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say in words whether the mailbox can be read and the relay takes our connection."""
        settings = account.settings
        try:
            async with connected(settings, allow_private=means.allow_private_targets) as connection:
                await connection.login(settings.username, account.secret("password") or "")
                await Mailbox(connection, settings.mailbox).stand()
        except (DeliveryError, TryLater) as error:
            return Verdict(works=False, words=f"The mailbox cannot be read: {error}.")
        outgoing = await check_relay(_relay(account, means))
        return Verdict(works=outgoing.works, words=f"The mailbox can be read. {outgoing.words}")


def _relay(account: Account, means: Means) -> MailRelay:
    settings = account.settings
    password = account.secret("relay_password") or account.secret("password")
    return MailRelay(
        url=settings.relay_url,
        sender=settings.sender,
        password=password,
        allow_private=means.allow_private_targets,
    )
