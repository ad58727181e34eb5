"""Answers by mail, for ways in that have no way back of their own."""

from __future__ import annotations

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent
from shared.clock import Clock, SystemClock
from shared.mail.sending import send_mail


class SendsByMail:
    """Writes to the address that the customer gave, through the house's relay."""

    public = False
    max_length: int | None = None

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Hand the message to the relay; `SendingFailed` without one, `TryLater` while it cannot take it."""
        if means.mail is None:
            raise SendingFailed("no mail relay is configured (ASCOLTO_MAIL_RELAY_URL)", cause="no_relay")
        return await send_mail(outgoing=outgoing, relay=means.mail, title=account.title, now=self._clock.now())
