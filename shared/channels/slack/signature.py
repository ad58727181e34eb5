"""Slack's signature over time and body. Source: docs.slack.dev, "Verifying requests from Slack"."""

from __future__ import annotations

import hashlib
import hmac
import re
from datetime import datetime, timedelta

from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged

TOLERANCE = timedelta(minutes=5)
_DIGITS = re.compile(r"[0-9]{1,12}")


def sign(secret: str, *, timestamp: str, body: bytes) -> str:
    """Return the header's value for a body sent at a Unix time."""
    return "v0=" + hmac.new(secret.encode(), b"v0:" + timestamp.encode() + b":" + body, hashlib.sha256).hexdigest()


def verify(delivery: Delivery, *, secrets: tuple[str, ...]) -> None:
    """Return only for a signature by one of the secrets, made within 5 minutes of the delivery."""
    timestamp = delivery.headers.get("x-slack-request-timestamp", "")
    claimed = delivery.headers.get("x-slack-signature", "").encode("utf-8", "surrogateescape")
    if not _DIGITS.fullmatch(timestamp):
        raise DeliveryForged("x-slack-request-timestamp is missing or no Unix time")
    if abs(_seconds(delivery.received_at) - int(timestamp)) > TOLERANCE.total_seconds():
        raise DeliveryForged("x-slack-request-timestamp is more than 5 minutes away")
    for secret in secrets:
        if secret and hmac.compare_digest(claimed, sign(secret, timestamp=timestamp, body=delivery.body).encode()):
            return
    raise DeliveryForged("x-slack-signature does not match the body")


def _seconds(at: datetime) -> float:
    return at.timestamp()
