"""SendGrid's signature: ECDSA over the time and the raw body, the same for mails and for events.

Source: twilio.com/docs/sendgrid, "Securing your Inbound Parse Webhooks" and "Event Webhook Security Features".
"""

from __future__ import annotations

import base64
import re
from collections.abc import Iterable
from datetime import timedelta
from functools import lru_cache

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_der_public_key

from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged

SIGNATURE, TIMESTAMP = "x-twilio-email-event-webhook-signature", "x-twilio-email-event-webhook-timestamp"
TOLERANCE = timedelta(days=4)
"""SendGrid tries for three days and drops the mail then. Whether each attempt is signed anew is not told; the body is
signed as well, so that a delivery played again is the same mail, and known."""

_DIGITS = re.compile(r"[0-9]{1,12}")


def verify(delivery: Delivery, *, keys: Iterable[str]) -> None:
    """Return only if the signature is that of one of the keys over time and body, made in the last days."""
    timestamp = delivery.headers.get(TIMESTAMP, "")
    if not _DIGITS.fullmatch(timestamp):
        raise DeliveryForged(f"{TIMESTAMP} is missing or not of its form")
    if abs(delivery.received_at.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise DeliveryForged(f"{TIMESTAMP} is more than 4 days away")
    signature = _signature(delivery.headers.get(SIGNATURE, ""))
    signed = timestamp.encode() + delivery.body
    if not any(key and _is_signed(key, signature, signed) for key in keys):
        raise DeliveryForged(f"{SIGNATURE} does not match the body")


def _signature(claimed: str) -> bytes:
    """Return the bytes; written in one way only, so that nobody sends one signature in two spellings."""
    try:
        signature = base64.b64decode(claimed, validate=True)
    except ValueError:
        signature = b""
    if not signature or base64.b64encode(signature).decode() != claimed:
        raise DeliveryForged(f"{SIGNATURE} is missing or not of its form")
    return signature


def _is_signed(key: str, signature: bytes, signed: bytes) -> bool:
    try:
        _public(key).verify(signature, signed, ec.ECDSA(SHA256()))
    except (InvalidSignature, ValueError, TypeError):
        return False
    return True


@lru_cache(64)
def _public(key: str) -> ec.EllipticCurvePublicKey:
    public = load_der_public_key(base64.b64decode(key, validate=True))
    if not isinstance(public, ec.EllipticCurvePublicKey):
        raise TypeError("SendGrid's keys are of an elliptic curve")
    return public
