"""A company's Trustpilot reviews at work, for the suite of all channels."""

from __future__ import annotations

from dataclasses import replace

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.trustpilot.api import TOKENS_AT
from shared.channels.trustpilot.inbound import basic
from shared.channels.trustpilot.settings import TrustpilotSettings
from tests.contract.channels.specimen import NOW, Answers, Signing, Specimen, fixture

UNIT, PERSON = "46ee6ba10000640005017d11", "507f191e810c19729de860ea"
_PASSWORD = "a-word-of-chance-0001"  # noqa: S105


def settings_at(url: str) -> TrustpilotSettings:
    """Return the settings of an account that may use the API."""
    return TrustpilotSettings(business_unit_id=UNIT, api_key="key-0001", business_user_id=PERSON, api_base_url=url)


def _sign(delivery: Delivery, secret: str) -> Delivery:
    return replace(delivery, headers={"authorization": basic(secret)})


def _delivery(name: str) -> Delivery:
    body = fixture(__file__, f"{name}.json")
    return _sign(Delivery(account="trustpilot-1", received_at=NOW, body=body), _PASSWORD)


specimen = Specimen(
    account=Account(
        account="trustpilot-1",
        channel="trustpilot",
        title="Acme",
        settings=TrustpilotSettings(business_unit_id=UNIT),
        secrets={"webhook_password": (_PASSWORD,), "api_secret": ("api-secret-0001",)},
    ),
    encoding="json",
    valid=_delivery("created"),
    text="Parcel never arrived and nobody answers",
    signing=Signing(sign=_sign, secret=_PASSWORD, header="authorization", covers="nothing"),
    batch=_delivery("batch"),
    batch_ids=frozenset(f"53bffd36000064000297538{n}" for n in range(1, 4)),
    ignored={"product": _delivery("product")},
    changes={name: _delivery(name) for name in ("updated", "deleted")},
    answers=Answers(
        by="http",
        settings=settings_at,
        taken=b"",
        path_ends="/v1/private/reviews/53bffd360000640002975387/reply",
        tokens_at=TOKENS_AT,
    ),
)
