"""A mailbox at work, for the suite of all channels."""

from __future__ import annotations

import msgspec

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.imap.settings import ImapSettings
from tests.contract.channels.specimen import NOW, Specimen, fixture

_ACCOUNT = Account(
    account="mailbox-1",
    channel="imap",
    title="Acme",
    settings=msgspec.convert(
        {
            "host": "127.0.0.1",
            "port": 3143,
            "tls": False,
            "username": "care@acme.test",
            "from": "care@acme.test",
            "relay_url": "smtp://127.0.0.1:2526",
        },
        ImapSettings,
    ),
    secrets={"password": ("password-0001",)},
)

specimen = Specimen(
    account=_ACCOUNT,
    encoding="other",
    valid=Delivery(
        account="mailbox-1",
        received_at=NOW,
        body=fixture(__file__, "complaint.eml"),
        envelope={"mailbox": "INBOX", "uid": "7", "uidvalidity": "1"},
    ),
    text="Manca una cerniera nel pacco dell'armadio.",
)
