"""Tokens that prove that somebody was given a reference by us: in reply addresses and on the status page."""

from __future__ import annotations

import base64
import hashlib
import hmac

_MAC_CHARACTERS = 16


class Tokens:
    """Signs and verifies; made once from the house key, which services share."""

    def __init__(self, key: bytes) -> None:
        self._reply = hashlib.blake2b(key, person=b"reply-token").digest()
        self._status = hashlib.blake2b(key, person=b"status-token").digest()

    def reply(self, *, account: str, reference: str) -> str:
        """Return the token that goes into a reply address: 26 letters and digits, case does not matter."""
        return f"{reference}-{_mac(self._reply, account, reference)}".lower()

    def reply_reference(self, token: str, *, account: str) -> str | None:
        """Return the reference that a reply token proves for this account, or nothing."""
        reference = token.upper().partition("-")[0]
        return reference if _same(token.lower(), self.reply(account=account, reference=reference)) else None

    def proven_reference(self, token: str, *, account: str) -> str | None:
        """Return the reference that a reply token of this account, or a status token, proves."""
        reference, _, status = token.upper().partition("-")
        proven = self.reply_reference(token, account=account)
        return proven or (reference if self.status_holds(status, reference=reference) else None)

    def status(self, reference: str) -> str:
        """Return the token with which a customer follows a complaint."""
        return _mac(self._status, reference).lower()

    def status_holds(self, token: str, *, reference: str) -> bool:
        """Tell whether a status token belongs to this reference."""
        return _same(token.lower(), self.status(reference))


def _mac(key: bytes, *parts: str) -> str:
    digest = hmac.new(key, "\x00".join(parts).encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
    return base64.b32encode(digest).decode()[:_MAC_CHARACTERS]


def _same(given: str, expected: str) -> bool:
    return hmac.compare_digest(given.encode("utf-8", "surrogatepass"), expected.encode("utf-8", "surrogatepass"))
