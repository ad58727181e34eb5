"""The signature and the handshake of Meta's webhooks.

Source: developers.facebook.com, "Webhooks: Getting Started".
"""

from __future__ import annotations

import hashlib
import hmac
from typing import Literal
from urllib.parse import parse_qsl

from shared.channel.account import Account
from shared.channel.delivery import Answer, Delivery
from shared.channel.errors import DeliveryForged


class MetaReceives:
    """The half of the way in that is the same for all of Meta's channels."""

    access: Literal["signed", "api_key", "public"] = "signed"
    body_limit = 4 * 1024 * 1024
    heavy = False

    def handshake(self, delivery: Delivery, account: Account) -> Answer:
        """Echo `hub.challenge` to whoever knows `verify_token`, as text only."""
        asked = _asked(delivery.query)
        token = asked.get("hub.verify_token", "").encode("utf-8", "surrogatepass")
        ours = [t.encode() for t in account.secrets.get("verify_token", ()) if t]
        if asked.get("hub.mode") != "subscribe" or not any(hmac.compare_digest(token, t) for t in ours):
            raise DeliveryForged("hub.verify_token is not the one of this account")
        return Answer(body=asked.get("hub.challenge", "")[:256].encode("utf-8", "replace"), media_type="text/plain")

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Return only if `x-hub-signature-256` is that of the body under one of the app secrets."""
        claimed = delivery.headers.get("x-hub-signature-256", "").encode("utf-8", "surrogateescape")
        for secret in account.secrets.get("app_secret", ()):
            if secret and hmac.compare_digest(claimed, signature(delivery.body, secret=secret).encode()):
                return
        raise DeliveryForged("x-hub-signature-256 does not match the body")


def _asked(query: str) -> dict[str, str]:
    try:
        return dict(parse_qsl(query, max_num_fields=20, errors="replace"))
    except ValueError:
        raise DeliveryForged("the query is no handshake") from None


def signature(body: bytes, *, secret: str) -> str:
    """Return the header's value for a body."""
    return "sha256=" + hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
