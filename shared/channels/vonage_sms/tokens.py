"""The two tokens (JWT) of Vonage: one that proves its deliveries, one that proves our requests.

Source: developer.vonage.com, "Webhooks: decoding signed webhooks" and "Authentication", and Vonage's own libraries.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from shared.channel.errors import DeliveryForged, SendingFailed

TOLERANCE = timedelta(hours=25)
"""Vonage tries for 24 hours. Whether each attempt is signed anew is not told; the body is covered, so that an SMS
played again is the same one, and known."""

_VALID_S = 300


def verify(token: str, *, secrets: Iterable[str], api_key: str, body: bytes, now: datetime) -> None:
    """Return only if one of the secrets signed the token by HS256, for this body, this account and this moment."""
    signed, _, signature = token.rpartition(".")
    claimed = signature.encode("utf-8", "surrogateescape")
    covered = signed.encode("utf-8", "surrogateescape")
    if not any(s and hmac.compare_digest(claimed, hs256(covered, secret=s)) for s in secrets):
        raise DeliveryForged("the bearer token is not signed with this account's signature_secret")
    head, _, claims = signed.partition(".")
    if _part(head).get("alg") != "HS256":
        raise DeliveryForged("the bearer token is not signed by HS256")
    told = _part(claims)
    at = told.get("iat")
    if not isinstance(at, int) or abs(now.timestamp() - at) > TOLERANCE.total_seconds():
        raise DeliveryForged("iat is missing or more than 25 hours away")
    if told.get("api_key") != api_key:
        raise DeliveryForged("api_key is not the one of this account")
    if str(told.get("payload_hash")).lower() != hashlib.sha256(body).hexdigest():
        raise DeliveryForged("payload_hash is not that of the body")


def hs256(signed: bytes, *, secret: str) -> bytes:
    """Return the signature of the two parts of a token, as it is written."""
    return _written(hmac.digest(secret.encode(), signed, "sha256"))


def unsigned(head: Mapping[str, Any], claims: Mapping[str, Any]) -> bytes:
    """Return the two parts of a token that are signed."""
    return b".".join(_written(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))


def ours(private_key: str, *, application_id: str, token_id: str, now: datetime) -> str:
    """Return a token for one request; `SendingFailed` when the key is none."""
    at = int(now.timestamp())
    claims = {"application_id": application_id, "iat": at, "jti": token_id, "exp": at + _VALID_S}
    signed = unsigned({"alg": "RS256", "typ": "JWT"}, claims)
    try:
        signature = _private(private_key).sign(signed, padding.PKCS1v15(), SHA256())
    except (ValueError, TypeError):
        raise SendingFailed("private_key is not the file that Vonage gave out", cause="credentials") from None
    return (signed + b"." + _written(signature)).decode()


def _written(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


def _part(written: str) -> dict[str, Any]:
    try:
        decoded = json.loads(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)))
    except (ValueError, RecursionError):
        decoded = None
    if not isinstance(decoded, dict):
        raise DeliveryForged("the bearer token is not of its form")
    return decoded


@lru_cache(8)
def _private(pem: str) -> rsa.RSAPrivateKey:
    key = load_pem_private_key(pem.encode(), password=None)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise TypeError("Vonage's keys are RSA keys")
    return key
