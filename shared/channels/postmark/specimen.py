"""A Postmark server at work, for the suite of all channels."""

from __future__ import annotations

from dataclasses import replace

import msgspec

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.postmark.inbound import basic
from shared.channels.postmark.settings import PostmarkSettings
from tests.contract.channels.specimen import NOW, Answers, Signing, Specimen, fixture

_PASSWORD = "a-word-of-chance-0001"  # noqa: S105


def _settings(url: str) -> PostmarkSettings:
    settings = {"addresses": ["care@acme.test"], "from": "care@acme.test", "api_base_url": url}
    return msgspec.convert(settings, PostmarkSettings)


def _sign(delivery: Delivery, secret: str) -> Delivery:
    return replace(delivery, headers={"authorization": basic(secret)})


def _delivery(name: str) -> Delivery:
    return _sign(Delivery(account="postmark-1", received_at=NOW, body=fixture(__file__, f"{name}.json")), _PASSWORD)


specimen = Specimen(
    account=Account(
        account="postmark-1",
        channel="postmark",
        title="Acme",
        settings=_settings("https://api.postmarkapp.com"),
        secrets={"webhook_password": (_PASSWORD,), "server_token": ("server-token-0001",)},
    ),
    encoding="json",
    valid=_delivery("mail"),
    text="Manca una cerniera nel pacco dell'armadio",
    signing=Signing(sign=_sign, secret=_PASSWORD, header="authorization", covers="nothing"),
    ignored={name: _delivery(name) for name in ("delayed", "opened")},
    receipts={name: _delivery(name) for name in ("delivered", "failed")},
    answers=Answers(
        by="http",
        settings=_settings,
        taken=b'{"ErrorCode": 0, "Message": "OK", "MessageID": "b7bc2f4a-e38e-4336-af7d-e6c392c2f817"}',
        message_id="<ascolto-6f1d1e9c-4a3b-5c2d-8e7f-0123456789ab@acme.test>",
        path_ends="/email",
    ),
)
