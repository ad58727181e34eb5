"""SMS by Vonage at work, for the suite of all channels."""

from __future__ import annotations

import hashlib
from dataclasses import replace
from functools import cache

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.vonage_sms.settings import VonageSettings
from shared.channels.vonage_sms.tokens import TOLERANCE, hs256, unsigned
from tests.contract.channels.specimen import NOW, Answers, Signing, Specimen, fixture

_SECRET = "signature-secret-0001"  # noqa: S105
_API_KEY = "abcd1234"


@cache
def private_key() -> str:
    """Return a key as Vonage gives it out; made for the process, so that none lies about."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def _settings(url: str) -> VonageSettings:
    return VonageSettings(
        application_id="00000000-0000-4000-8000-000000000001",
        api_key=_API_KEY,
        from_number="+390299990000",
        api_base_url=url,
        account_api_url=url,
    )


def _sign(delivery: Delivery, secret: str) -> Delivery:
    claims = {
        "iat": int(NOW.timestamp()),
        "jti": "j-1",
        "iss": "Vonage",
        "payload_hash": hashlib.sha256(delivery.body).hexdigest(),
        "api_key": _API_KEY,
    }
    signed = unsigned({"alg": "HS256", "typ": "JWT"}, claims)
    token = (signed + b"." + hs256(signed, secret=secret)).decode()
    return replace(delivery, headers={"content-type": "application/json", "authorization": f"Bearer {token}"})


def _delivery(name: str) -> Delivery:
    return _sign(Delivery(account="vonage-1", received_at=NOW, body=fixture(__file__, f"{name}.json")), _SECRET)


specimen = Specimen(
    account=Account(
        account="vonage-1",
        channel="vonage_sms",
        title="SMS",
        settings=_settings("https://api.nexmo.com"),
        secrets={
            "signature_secret": (_SECRET,),
            "private_key": (private_key(),),
            "api_secret": ("api-secret-0001",),
        },
    ),
    encoding="json",
    valid=_delivery("sms"),
    text="Nobody answers the telephone",
    signing=Signing(sign=_sign, secret=_SECRET, header="authorization", stale_after=TOLERANCE),
    ignored={name: _delivery(name) for name in ("submitted", "whatsapp")},
    receipts={name: _delivery(name) for name in ("delivered", "failed")},
    answers=Answers(
        by="http",
        settings=_settings,
        taken=b'{"message_uuid": "cccccccc-bbbb-4ccc-8ddd-0123456789ab"}',
        message_id="cccccccc-bbbb-4ccc-8ddd-0123456789ab",
        path_ends="/v1/messages",
    ),
)
