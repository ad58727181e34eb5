"""Amazon SES at work, for the suite of all channels."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import cache
from typing import Any

import msgspec
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, DeliveryMalformed
from shared.channels.ses.asking import CERTIFICATE
from shared.channels.ses.settings import SesSettings
from shared.channels.ses.signature import TOLERANCE, text_to_sign
from shared.vendor.payloads import read_object
from tests.contract.channels.specimen import NOW, Answers, Signing, Specimen, fixture

TOPIC = "arn:aws:sns:eu-west-1:123456789012:complaints"
CERTIFICATE_URL = "https://sns.eu-west-1.amazonaws.com/SimpleNotificationService-0123456789abcdef.pem"
_AWS, _SOMEBODY = "aws", "somebody"


def _instant(at: datetime) -> str:
    return f"{at:%Y-%m-%dT%H:%M:%S}.000Z"


_MADE_AT = _instant(NOW)


@cache
def _key(_whose: str) -> rsa.RSAPrivateKey:
    return rsa.generate_private_key(public_exponent=65537, key_size=2048)


@cache
def certificate(whose: str = _AWS, *, until: datetime = datetime(2031, 1, 1, tzinfo=UTC)) -> str:
    """Return a certificate that AWS might have; made for the process, so that no private key lies about."""
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "sns.amazonaws.com")])
    builder = x509.CertificateBuilder(name, name, _key(whose).public_key(), x509.random_serial_number())
    signed = builder.not_valid_before(until - timedelta(days=3650)).not_valid_after(until).sign(_key(whose), SHA256())
    return signed.public_bytes(Encoding.PEM).decode()


def _settings(url: str | None) -> SesSettings:
    settings = {
        "addresses": ["care@acme.test"], "from": "care@acme.test", "topic_arns": [TOPIC], "region": "eu-west-1",
        "access_key_id": "AKIA0000000000000001", "bucket": "acme-mail", "api_base_url": url, "bucket_url": url,
    }  # fmt: skip
    return msgspec.convert(settings, SesSettings)


def _sign(delivery: Delivery, secret: str) -> Delivery:
    """Sign what can be signed; the rest goes as it is, and is refused."""
    envelope = {CERTIFICATE: certificate()}
    try:
        told = read_object(delivery.body)
        told |= {"SignatureVersion": "2"}
        if told.get("Timestamp") == _MADE_AT:
            told["Timestamp"] = _instant(NOW)
        signature = _key(secret).sign(text_to_sign(told), padding.PKCS1v15(), SHA256())
    except (DeliveryMalformed, DeliveryForged):
        return replace(delivery, envelope=envelope)
    told["Signature"] = base64.b64encode(signature).decode()
    return replace(delivery, body=json.dumps(told, ensure_ascii=False).encode(), envelope=envelope)


def _claim(delivery: Delivery, value: str | None) -> Delivery:
    told = json.loads(delivery.body)
    told.pop("Signature")
    return replace(delivery, body=json.dumps(told if value is None else told | {"Signature": value}).encode())


def message(kind: str = "Notification", **fields: Any) -> Delivery:
    """Return a message of SNS's as it is posted, signed."""
    told = {"Type": kind, "MessageId": "m-1", "TopicArn": TOPIC, "Timestamp": _MADE_AT}
    told |= {"SigningCertURL": CERTIFICATE_URL} | fields
    return _sign(Delivery(account="ses-1", received_at=NOW, body=json.dumps(told).encode()), _AWS)


def notice(name: str) -> Delivery:
    """Return a notice of SES's in a message of SNS's."""
    return message(Message=json.dumps(json.loads(fixture(__file__, f"{name}.json")), ensure_ascii=False))


_VALID = notice("mail")

specimen = Specimen(
    account=Account(
        account="ses-1",
        channel="ses",
        title="Acme",
        settings=_settings(None),
        secrets={"secret_access_key": ("secret-access-key-0001",)},
    ),
    encoding="json",
    valid=_VALID,
    text="Manca una cerniera nel pacco dell'armadio",
    signing=Signing(
        sign=_sign,
        secret=_AWS,
        other=_SOMEBODY,
        claimed=json.loads(_VALID.body)["Signature"],
        claim=_claim,
        covers="meaning",
        inside=True,
        stale_after=TOLERANCE,
        witness={CERTIFICATE: certificate()},
    ),
    ignored={
        "away": notice("away"),
        "opened": notice("opened"),
        "trial": message(Message="Successfully validated SNS topic for Amazon SES event publishing."),
    },
    receipts={"delivered": notice("delivered"), "failed": notice("failed")},
    answers=Answers(
        by="http",
        settings=_settings,
        taken=b'{"MessageId": "0102-0001"}',
        message_id="<ascolto-6f1d1e9c-4a3b-5c2d-8e7f-0123456789ab@acme.test>",
        path_ends="/v2/email/outbound-emails",
    ),
)
