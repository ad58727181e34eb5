"""Sends answers by mail, through the account's own relay."""

from __future__ import annotations

from shared.channel.account import Account
from shared.channel.outbound import MailRelay, Means, Outgoing, Sent, Verdict
from shared.clock import Clock, SystemClock
from shared.mail.sending import check_relay, send_mail


class EmailSends:
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


class EmailChecks:
    """One connection to the relay."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the relay takes our connection."""
        return await check_relay(_relay(account, means))


def _relay(account: Account, means: Means) -> MailRelay:
    settings = account.settings
    return MailRelay(
        url=settings.relay_url,
        sender=settings.sender,
        password=account.secret("relay_password"),
        allow_private=means.allow_private_targets,
    )
