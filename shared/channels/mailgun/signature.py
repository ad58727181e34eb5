"""Mailgun's signature: over a time and a token that stand in the body beside it, and over nothing else.

Source: documentation.mailgun.com, "Securing Webhooks".
"""

from __future__ import annotations

import hashlib
import hmac
import re
from collections.abc import Iterable
from datetime import datetime, timedelta

from shared.channel.errors import DeliveryForged

TOLERANCE = timedelta(hours=9)
"""Mailgun tries for almost 8 hours. Whether it signs each attempt anew is not told, and a mail is worth more than a
narrow window: what is played again within it is the same mail, and known."""

_DIGITS = re.compile(r"[0-9]{1,12}")


def sign(key: str, *, timestamp: str, token: str) -> str:
    """Return the signature in hexadecimal."""
    signed = (timestamp + token).encode("utf-8", "surrogateescape")
    return hmac.new(key.encode(), signed, hashlib.sha256).hexdigest()


def verify(keys: Iterable[str], *, timestamp: str, token: str, signature: str, now: datetime) -> None:
    """Return only if the signature is that of one of the keys, made in the last hours."""
    if not token or not _DIGITS.fullmatch(timestamp):
        raise DeliveryForged("timestamp or token is missing or not of its form")
    if abs(now.timestamp() - int(timestamp)) > TOLERANCE.total_seconds():
        raise DeliveryForged("timestamp is more than 9 hours away")
    claimed = signature.encode("utf-8", "surrogateescape")
    for key in keys:
        if key and hmac.compare_digest(claimed, sign(key, timestamp=timestamp, token=token).encode()):
            return
    raise DeliveryForged("signature is not made with this account's signing_key")
