"""A Mailgun domain at work, for the suite of all channels."""

from __future__ import annotations

import json
from dataclasses import replace
from urllib.parse import quote

import msgspec

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.mailgun.settings import MailgunSettings
from shared.channels.mailgun.signature import TOLERANCE, sign
from tests.contract.channels.specimen import NOW, Answers, Signing, Specimen, fixture

_KEY = "signing-key-0001"
_TOKEN = "0" * 50
_FORM, _JSON = {"content-type": "application/x-www-form-urlencoded"}, {"content-type": "application/json"}


def _settings(url: str) -> MailgunSettings:
    settings = {"addresses": ["care@acme.test"], "from": "care@acme.test", "domain": "acme.test", "api_base_url": url}
    return msgspec.convert(settings, MailgunSettings)


def _sign(delivery: Delivery, secret: str) -> Delivery:
    at = str(int(NOW.timestamp()))
    signature = sign(secret, timestamp=at, token=_TOKEN)
    if delivery.headers.get("content-type") == "application/json":
        told = {**json.loads(delivery.body), "signature": {"timestamp": at, "token": _TOKEN, "signature": signature}}
        return replace(delivery, body=json.dumps(told).encode())
    unsigned = delivery.body.partition(b"&timestamp=")[0]
    fields = f"&timestamp={at}&token={_TOKEN}&signature={signature}".encode()
    return replace(delivery, headers=_FORM, body=unsigned + fields)


def _claim(delivery: Delivery, value: str | None) -> Delivery:
    rest = delivery.body.partition(b"&signature=")[0]
    spoilt = rest if value is None else rest + f"&signature={quote(value, errors='surrogateescape')}".encode()
    return replace(delivery, body=spoilt)


def _mail(name: str) -> Delivery:
    return _sign(Delivery(account="mailgun-1", received_at=NOW, body=fixture(__file__, f"{name}.txt")), _KEY)


def _event(name: str) -> Delivery:
    body = fixture(__file__, f"{name}.json")
    return _sign(Delivery(account="mailgun-1", received_at=NOW, body=body, headers=_JSON), _KEY)


specimen = Specimen(
    account=Account(
        account="mailgun-1",
        channel="mailgun",
        title="Acme",
        settings=_settings("https://api.mailgun.net"),
        secrets={"signing_key": (_KEY,), "api_key": ("api-key-0001",)},
    ),
    encoding="form",
    valid=_mail("mime"),
    text="Manca una cerniera nel pacco dell-armadio",
    signing=Signing(
        sign=_sign,
        secret=_KEY,
        claimed=sign(_KEY, timestamp=str(int(NOW.timestamp())), token=_TOKEN),
        claim=_claim,
        covers="nothing",
        stale_after=TOLERANCE,
    ),
    ignored={name: _event(name) for name in ("delayed", "opened")},
    receipts={name: _event(name) for name in ("delivered", "failed")},
    answers=Answers(
        by="http",
        settings=_settings,
        taken=b'{"id": "<ascolto-6f1d1e9c@acme.test>", "message": "Queued. Thank you."}',
        message_id="<ascolto-6f1d1e9c@acme.test>",
        path_ends="/v3/acme.test/messages",
    ),
)
