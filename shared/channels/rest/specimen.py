"""The API at work, for the suite of all channels."""

from __future__ import annotations

from shared.channel.account import Account, NoSettings
from shared.channel.delivery import Delivery
from tests.contract.channels.specimen import NOW, Answers, Specimen, fixture

specimen = Specimen(
    account=Account(account="rest", channel="rest", title="API", settings=NoSettings()),
    encoding="json",
    valid=Delivery(
        account="rest",
        received_at=NOW,
        body=fixture(__file__, "complaint.json"),
        envelope={"idempotency_key": "key-one"},
    ),
    text="The app logs me out every day",
    answers=Answers(by="mail"),
)
