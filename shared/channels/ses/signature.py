"""SNS's signature: over some fields of the message, by a certificate that AWS serves.

Source: docs.aws.amazon.com/sns, "Verifying the signatures of Amazon SNS messages".
"""

from __future__ import annotations

import base64
import re
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any
from urllib.parse import urlsplit

from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256, HashAlgorithm

from shared.channel.errors import DeliveryForged
from shared.vendor.payloads import moment

TOLERANCE = timedelta(days=1)
"""SNS tries for an hour at most; the message is signed, so that one played again is known by its name."""

_FIELDS = {
    "Notification": ("Message", "MessageId", "Subject", "Timestamp", "TopicArn", "Type"),
    "SubscriptionConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
    "UnsubscribeConfirmation": ("Message", "MessageId", "SubscribeURL", "Timestamp", "Token", "TopicArn", "Type"),
}
_HASHES: dict[str, HashAlgorithm] = {"1": SHA1(), "2": SHA256()}  # noqa: S303 - what AWS signs with by default
_HOST = re.compile(r"sns\.([a-z0-9-]+)\.amazonaws\.com(?:\.cn)?")
_PATH = re.compile(r"/SimpleNotificationService-[A-Za-z0-9]{8,64}\.pem")
_SMALLEST_KEY = 2048


def believed(told: Mapping[str, Any], topics: Collection[str]) -> str:
    """Return the address of the certificate, of a host of AWS in the region of a topic that we know."""
    topic = told.get("TopicArn")
    if not isinstance(topic, str) or topic not in topics:
        raise DeliveryForged("TopicArn is none of this account's topic_arns")
    address = told.get("SigningCertURL")
    parts = urlsplit(address if isinstance(address, str) and address.isascii() and address.isprintable() else "")
    host = _HOST.fullmatch(parts.netloc)
    if parts.scheme != "https" or not host or host[1] != topic.split(":")[3] or not _PATH.fullmatch(parts.path):
        raise DeliveryForged("SigningCertURL does not lead to SNS in the region of the topic")
    return f"https://{parts.netloc}{parts.path}"


def text_to_sign(told: Mapping[str, Any]) -> bytes:
    """Return what AWS signs: names and values of the fields, each on a line of its own."""
    lines = []
    for name in _FIELDS.get(str(told.get("Type")), ()):
        value = told.get(name)
        if value is None and name == "Subject":
            continue
        if not isinstance(value, str):
            raise DeliveryForged(f"{name} is missing or no text")
        lines.append(f"{name}\n{value}\n")
    if not lines:
        raise DeliveryForged("Type is none of SNS's")
    return "".join(lines).encode("utf-8", "surrogatepass")


def verify(told: Mapping[str, Any], *, certificate: str, now: datetime) -> None:
    """Return only if the certificate is in force and signed the message, which is not older than a day."""
    at = moment(told.get("Timestamp"), received_at=now)
    if at is None or abs(now - at) > TOLERANCE:
        raise DeliveryForged("Timestamp is missing or more than a day away")
    algorithm, signature = _HASHES.get(str(told.get("SignatureVersion"))), _decoded(told.get("Signature"))
    if algorithm is None:
        raise DeliveryForged("SignatureVersion is neither 1 nor 2")
    loaded = _certificate(certificate)
    if not loaded.not_valid_before_utc <= now <= loaded.not_valid_after_utc:
        raise DeliveryForged("the certificate is not in force")
    key = loaded.public_key()
    if not isinstance(key, rsa.RSAPublicKey) or key.key_size < _SMALLEST_KEY:
        raise DeliveryForged("the certificate's key is not of the kind that SNS uses")
    try:
        key.verify(signature, text_to_sign(told), padding.PKCS1v15(), algorithm)
    except InvalidSignature:
        raise DeliveryForged("Signature does not match the message") from None


def _decoded(signature: object) -> bytes:
    """Return the bytes; written in one way only, so that nobody sends one signature in two spellings."""
    text = signature if isinstance(signature, str) else ""
    try:
        decoded = base64.b64decode(text, validate=True)
    except ValueError:
        decoded = b""
    if not decoded or base64.b64encode(decoded).decode() != text:
        raise DeliveryForged("Signature is missing or not of its form")
    return decoded


@lru_cache(64)
def _certificate(pem: str) -> x509.Certificate:
    try:
        return x509.load_pem_x509_certificate(pem.encode())
    except ValueError:
        raise DeliveryForged("what SigningCertURL leads to is no certificate") from None
