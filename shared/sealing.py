"""Secrets at rest: sealed with AES-256-GCM under a key derived from the house key."""

from __future__ import annotations

import os

import msgspec
from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from shared.house_key import derive

_NONCE = 12


class SealBroken(Exception):
    """The sealed bytes were made with another house key, or for another account."""


class Sealer:
    """Seals and opens the secrets of accounts; `context` (the account's name) is bound in."""

    def __init__(self, house_key: bytes) -> None:
        self._aead = AESGCM(derive(house_key, purpose="sealing"))

    def seal(self, secrets: dict[str, tuple[str, ...]], *, context: str) -> bytes:
        """Return the secrets so that only the same house key and context open them."""
        nonce = os.urandom(_NONCE)
        return nonce + self._aead.encrypt(nonce, msgspec.json.encode(secrets), context.encode())

    def open(self, sealed: bytes, *, context: str) -> dict[str, tuple[str, ...]]:
        """Return the secrets; `SealBroken` when the key or the context is another."""
        try:
            plain = self._aead.decrypt(sealed[:_NONCE], sealed[_NONCE:], context.encode())
        except InvalidTag as error:
            raise SealBroken(f"the secrets of {context!r} were sealed with another house key") from error
        return msgspec.json.decode(plain, type=dict[str, tuple[str, ...]])
