"""`POST /v1/complaints`, one complaint a delivery; the Idempotency-Key comes in the envelope."""

from __future__ import annotations

from typing import Literal

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryInvalid, DeliveryMalformed
from shared.channel.inbound import Parsed
from shared.vendor.handshakes import NoHandshake
from shared.written.reading import complaint_in, mail_address, to_message


class RestReceives(NoHandshake):
    """The way in of the API."""

    access: Literal["signed", "api_key", "public"] = "api_key"
    body_limit = 40 * 1024 * 1024
    heavy = False

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Return: the API key was checked before."""

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read the one complaint; `DeliveryInvalid` says all that the client has to mend, also where it is no JSON.

        `envelope["idempotency_key"]` names the message; a line of a batch may carry `idempotency_key` itself.
        """
        try:
            complaint = complaint_in(delivery)
        except DeliveryMalformed as error:
            raise DeliveryInvalid((("", str(error)),)) from None
        key = delivery.envelope.get("idempotency_key") or complaint.idempotency_key
        if not key:
            raise DeliveryInvalid((("/idempotency_key", "name the complaint by an Idempotency-Key of your own"),))
        reply = mail_address(complaint.contact, account=account.account, channel=account.channel)
        return Parsed(messages=(to_message(complaint, provider_message_id=key, reply=reply, vouched=True),))
