"""API keys: made, known, revoked. `ascolto_<id>_<secret>`; the secret is shown once and stored as a digest."""

from __future__ import annotations

import hashlib
import hmac
import secrets
import time
from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.store import keys
from services.ingest.store.keys import StoredKey
from shared.clock import Clock
from shared.web.access import Principal

_FRESH_S = 5.0
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class _Known:
    principal: Principal | None
    until: float


class ApiKeys:
    """The key ring of ingest, which owns the keys; what it looked up holds for five seconds."""

    def __init__(self, *, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._known: dict[bytes, _Known] = {}

    async def principal(self, key: str) -> Principal | None:
        """Return whose key this is; None when it is nobody's or was revoked."""
        digest = hashlib.sha256(key.encode("utf-8", "replace")).digest()
        known = self._known.get(digest)
        if known and known.until > time.monotonic():
            return known.principal
        principal = await self._look_up(key)
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[digest] = _Known(principal, time.monotonic() + _FRESH_S)
        return principal

    async def make(self, *, label: str, scopes: Sequence[str]) -> tuple[str, str]:
        """Store a new key and return its id and, this once, the whole key."""
        key_id, secret = secrets.token_hex(6), secrets.token_urlsafe(32)
        async with self._engine.begin() as connection:
            await keys.add(
                connection,
                key_id=key_id,
                secret_sha256=_digest(secret),
                label=label,
                scopes=scopes,
                now=self._clock.now(),
            )
        return key_id, f"ascolto_{key_id}_{secret}"

    async def everything(self) -> list[StoredKey]:
        """Return all keys without their secrets."""
        async with self._engine.connect() as connection:
            return await keys.everything(connection)

    async def labels(self, key_ids: Sequence[str]) -> dict[str, str]:
        """Return whose keys these are, by id; what is no key is left out."""
        async with self._engine.connect() as connection:
            return await keys.labels(connection, key_ids)

    async def revoke(self, key_id: str) -> bool:
        """Make a key worthless; elsewhere within ten seconds."""
        async with self._engine.begin() as connection:
            revoked = await keys.revoke(connection, key_id, now=self._clock.now())
        self._known.clear()
        return revoked

    async def _look_up(self, key: str) -> Principal | None:
        house, _, rest = key.partition("_")
        key_id, _, secret = rest.partition("_")
        if house != "ascolto" or not key_id or not secret or "\x00" in key:
            return None
        async with self._engine.connect() as connection:
            stored = await keys.get(connection, key_id)
        if stored is None or stored.revoked_at or not hmac.compare_digest(stored.secret_sha256, _digest(secret)):
            return None
        return Principal(key_id=key_id, scopes=frozenset(stored.scopes))


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "replace")).digest()
