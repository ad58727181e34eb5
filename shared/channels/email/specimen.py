"""An e-mail account at work, for the suite of all channels."""

from __future__ import annotations

import msgspec

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.email.settings import EmailSettings
from tests.contract.channels.specimen import NOW, Specimen, fixture

_ACCOUNT = Account(
    account="mail-1",
    channel="email",
    title="Acme",
    settings=msgspec.convert(
        {"addresses": ["care@acme.test"], "from": "care@acme.test", "relay_url": "smtp://127.0.0.1:2526"},
        EmailSettings,
    ),
)


def _delivery(name: str, *, mail_from: str) -> Delivery:
    envelope = {"mail_from": mail_from, "rcpt_to": "care@acme.test", "remote": "192.0.2.7"}
    return Delivery(account="mail-1", received_at=NOW, body=fixture(__file__, f"{name}.eml"), envelope=envelope)


specimen = Specimen(
    account=_ACCOUNT,
    encoding="other",
    valid=_delivery("complaint", mail_from="anna@example.test"),
    text="Manca una cerniera nel pacco dell'armadio.",
    ignored={"delayed": _delivery("delayed", mail_from="")},
    receipts={
        "failed, by a bounce": _delivery("bounce", mail_from=""),
        "delivered, by a notification": _delivery("delivered", mail_from=""),
    },
)
