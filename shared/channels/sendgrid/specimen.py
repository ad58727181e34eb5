"""SendGrid at work, for the suite of all channels."""

from __future__ import annotations

import base64
from dataclasses import replace

import msgspec
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.sendgrid.settings import SendGridSettings
from shared.channels.sendgrid.signature import SIGNATURE, TIMESTAMP, TOLERANCE
from tests.contract.channels.specimen import NOW, Answers, Signing, Specimen, fixture

_FORM, _JSON = "multipart/form-data; boundary=xYzZY", "application/json"


def _public(private: ec.EllipticCurvePrivateKey) -> str:
    der = private.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return base64.b64encode(der).decode()


_PRIVATE = {_public(key): key for key in (ec.derive_private_key(n, ec.SECP256R1()) for n in (11, 12, 13))}
_INBOUND, _EVENTS, _OTHER = _PRIVATE


def _settings(url: str) -> SendGridSettings:
    settings = {"addresses": ["care@acme.test"], "from": "care@acme.test", "api_base_url": url}
    return msgspec.convert(settings, SendGridSettings)


def _sign(delivery: Delivery, secret: str) -> Delivery:
    at = str(int(NOW.timestamp()))
    is_json = delivery.headers.get("content-type") == _JSON
    key = _PRIVATE[_EVENTS] if is_json else _PRIVATE.get(secret)
    if key is None:
        raise ValueError("nobody has the private half of this key")
    signature = key.sign(at.encode() + delivery.body, ec.ECDSA(SHA256(), deterministic_signing=True))
    headers = {SIGNATURE: base64.b64encode(signature).decode(), TIMESTAMP: at}
    return replace(delivery, headers={"content-type": _JSON if is_json else _FORM, **headers})


def _event(name: str) -> Delivery:
    body = fixture(__file__, f"{name}.json")
    return _sign(Delivery(account="sendgrid-1", received_at=NOW, body=body, headers={"content-type": _JSON}), _INBOUND)


specimen = Specimen(
    account=Account(
        account="sendgrid-1",
        channel="sendgrid",
        title="Acme",
        settings=_settings("https://api.sendgrid.com"),
        secrets={"inbound_key": (_INBOUND,), "event_key": (_EVENTS,), "api_key": ("SG.key-0001",)},
    ),
    encoding="other",
    valid=_sign(Delivery(account="sendgrid-1", received_at=NOW, body=fixture(__file__, "raw.txt")), _INBOUND),
    text="Manca una cerniera nel pacco dell'armadio",
    signing=Signing(sign=_sign, secret=_INBOUND, other=_OTHER, header=SIGNATURE, stale_after=TOLERANCE),
    ignored={name: _event(name) for name in ("opened", "deferred")},
    receipts={"delivered": _event("delivered"), "failed": _event("failed"), "failed before it left": _event("dropped")},
    answers=Answers(
        by="http",
        settings=_settings,
        taken=b"",
        message_id="<ascolto-6f1d1e9c-4a3b-5c2d-8e7f-0123456789ab@acme.test>",
        path_ends="/v3/mail/send",
    ),
)
