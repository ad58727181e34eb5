"""What a GET on the delivery address is answered."""

from __future__ import annotations

from shared.channel.account import Account
from shared.channel.delivery import Answer, Delivery
from shared.channel.errors import DeliveryForged


class NoHandshake:
    """For vendors that shake no hands."""

    def handshake(self, delivery: Delivery, account: Account) -> Answer:  # noqa: ARG002 - the port's shape
        """Refuse: nobody has to GET here."""
        raise DeliveryForged("this channel takes POST only")
