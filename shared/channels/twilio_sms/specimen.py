"""SMS by Twilio at work, for the suite of all channels."""

from __future__ import annotations

from dataclasses import replace

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.twilio_sms.settings import TwilioSettings
from shared.channels.twilio_sms.signature import fields_of, sign
from tests.contract.channels.specimen import NOW, Answers, Signing, Specimen, fixture

_URL = "https://care.example.test/sms"
_TOKEN = "auth-token-0001"  # noqa: S105


def _settings(url: str) -> TwilioSettings:
    return TwilioSettings(account_sid="AC" + "0" * 32, from_number="+390299990000", public_url=_URL, api_base_url=url)


def _sign(delivery: Delivery, secret: str) -> Delivery:
    try:
        fields = fields_of(delivery.body)
    except ValueError:
        fields = ()
    headers = {
        "content-type": "application/x-www-form-urlencoded",
        "x-twilio-signature": sign(secret, url=_URL, fields=fields),
    }
    return replace(delivery, headers=headers)


def _delivery(name: str) -> Delivery:
    return _sign(Delivery(account="sms-1", received_at=NOW, body=fixture(__file__, f"{name}.txt")), _TOKEN)


specimen = Specimen(
    account=Account(
        account="sms-1",
        channel="twilio_sms",
        title="SMS",
        settings=_settings("https://api.twilio.com"),
        secrets={"auth_token": (_TOKEN,)},
    ),
    encoding="form",
    valid=_delivery("sms"),
    text="Nobody answers the telephone",
    signing=Signing(sign=_sign, secret=_TOKEN, header="x-twilio-signature", covers="meaning"),
    ignored={name: _delivery(name) for name in ("status_sent", "help")},
    receipts={"delivered": _delivery("status_delivered"), "failed": _delivery("status_failed")},
    answers=Answers(
        by="http",
        settings=_settings,
        taken=b'{"sid": "SM33333333333333333333333333333333", "status": "queued"}',
        message_id="SM33333333333333333333333333333333",
        path_ends="/Accounts/AC00000000000000000000000000000000/Messages.json",
    ),
)
