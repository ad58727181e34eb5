"""Takes mail from the SMTP listener: which account an address belongs to, and the way of every delivery from there."""

from __future__ import annotations

from services.ingest.usecases.account_directory import AccountDirectory
from services.ingest.usecases.take_delivery import TakeDelivery
from shared.channel.delivery import Delivery
from shared.channels.email.recipients import knows
from shared.faults import TryLater

_MAIL = ("email",)


class TakeMail:
    """What stands behind the SMTP listener."""

    def __init__(self, *, directory: AccountDirectory, take: TakeDelivery) -> None:
        self._directory = directory
        self._take = take

    async def account_of(self, recipient: str) -> str | None:
        """Return the account that takes mail for this recipient."""
        for account in await self._directory.of_channel(*_MAIL):
            if knows(account.settings, recipient):
                return account.account
        return None

    async def take(self, delivery: Delivery) -> None:
        """Return once the mail is committed; `TryLater` when it is not."""
        account = await self._directory.find(delivery.account)
        if account is None:
            raise TryLater("the account has just gone")
        await self._take.take_proven(delivery, account, somebody_waits=False)
