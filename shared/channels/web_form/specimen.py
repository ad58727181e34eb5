"""The web form at work, for the suite of all channels."""

from __future__ import annotations

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.web_form.settings import WebFormSettings
from tests.contract.channels.specimen import NOW, Answers, Specimen, fixture


def _delivery(name: str) -> Delivery:
    headers = {"content-type": "application/x-www-form-urlencoded"}
    return Delivery(account="form-1", received_at=NOW, body=fixture(__file__, f"{name}.txt"), headers=headers)


specimen = Specimen(
    account=Account(
        account="form-1",
        channel="web_form",
        title="Form",
        settings=WebFormSettings(title="Reclami", languages=("it", "en")),
    ),
    encoding="form",
    valid=_delivery("form"),
    text="The bill is wrong by 412 euro",
    ignored={"robot": _delivery("robot")},
    answers=Answers(by="mail"),
)
