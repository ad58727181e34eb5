"""Standard Webhooks: the signature over id, timestamp and body. Source: standardwebhooks.com, specification 1.0."""

from __future__ import annotations

import base64
import binascii
import hmac
import re
from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import lru_cache

from shared.channel.errors import DeliveryForged

TOLERANCE = timedelta(minutes=5)
_TOLERANCE_S = TOLERANCE.total_seconds()
SECRET_PATTERN = r"^whsec_[A-Za-z0-9+/]{22,}={0,2}$"  # noqa: S105 - the form of a secret, not one

_DIGITS = re.compile(r"[0-9]{1,12}")


def sign(secret: str, *, webhook_id: str, timestamp: str, body: bytes) -> str:
    """Return the `v1,...` signature of a body; ValueError when the secret is not `whsec_` and base64."""
    signed = webhook_id.encode("utf-8", "surrogateescape") + b"." + timestamp.encode() + b"." + body
    return "v1," + base64.b64encode(hmac.digest(_key(secret), signed, "sha256")).decode()


def verify(
    secrets: Sequence[str], *, webhook_id: str, timestamp: str, signatures: str, body: bytes, now: datetime
) -> None:
    """Return only if one of the signatures is that of one of the secrets, made within 5 minutes of `now`."""
    if not webhook_id or not _DIGITS.fullmatch(timestamp):
        raise DeliveryForged("webhook-id or webhook-timestamp is missing or not of its form")
    if abs(now.timestamp() - int(timestamp)) > _TOLERANCE_S:
        raise DeliveryForged("webhook-timestamp is more than 5 minutes away")
    claimed = [s.encode("utf-8", "surrogateescape") for s in signatures.split()[:20]]
    for secret in secrets:
        try:
            expected = sign(secret, webhook_id=webhook_id, timestamp=timestamp, body=body).encode()
        except ValueError:
            continue
        for one in claimed:
            if hmac.compare_digest(one, expected):
                return
    raise DeliveryForged("webhook-signature does not match the body")


@lru_cache(64)
def _key(secret: str) -> bytes:
    try:
        key = base64.b64decode(secret.removeprefix("whsec_"), validate=True)
    except binascii.Error as error:
        raise ValueError("a signing secret is whsec_ and base64") from error
    if len(key) < 16:
        raise ValueError("a signing secret holds 16 bytes or more")
    return key
