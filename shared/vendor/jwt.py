"""Tokens (JWT, RFC 7519) that we sign with a key of the account's, where a vendor wants them."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from functools import lru_cache
from typing import Any

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.asymmetric.utils import decode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key


class NoKey(ValueError):
    """The text is no private key of the kind that the vendor gives out."""


def signed_rs256(pem: str, claims: Mapping[str, Any], *, head: Mapping[str, Any] | None = None) -> str:
    """Return a token signed with an RSA key; `NoKey` when it is none."""
    key = _private(pem)
    if not isinstance(key, rsa.RSAPrivateKey):
        raise NoKey("the key is not an RSA key")
    covered = _covered({"alg": "RS256", "typ": "JWT", **(head or {})}, claims)
    return _whole(covered, key.sign(covered, padding.PKCS1v15(), SHA256()))


def signed_es256(pem: str, claims: Mapping[str, Any], *, head: Mapping[str, Any] | None = None) -> str:
    """Return a token signed with a key on P-256; `NoKey` when it is none."""
    key = _private(pem)
    if not isinstance(key, ec.EllipticCurvePrivateKey) or not isinstance(key.curve, ec.SECP256R1):
        raise NoKey("the key is not one on the curve P-256")
    covered = _covered({"alg": "ES256", "typ": "JWT", **(head or {})}, claims)
    r, s = decode_dss_signature(key.sign(covered, ec.ECDSA(SHA256())))
    return _whole(covered, r.to_bytes(32, "big") + s.to_bytes(32, "big"))


def _covered(head: Mapping[str, Any], claims: Mapping[str, Any]) -> bytes:
    return b".".join(_written(json.dumps(part, separators=(",", ":")).encode()) for part in (head, claims))


def _whole(covered: bytes, signature: bytes) -> str:
    return (covered + b"." + _written(signature)).decode()


def _written(raw: bytes) -> bytes:
    return base64.urlsafe_b64encode(raw).rstrip(b"=")


@lru_cache(32)
def _private(pem: str) -> object:
    try:
        return load_pem_private_key(pem.encode(), password=None)
    except (ValueError, TypeError):
        raise NoKey("it is not a private key in PEM") from None
