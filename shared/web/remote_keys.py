"""The keys as router and responder know them: asked from ingest, which owns them."""

from __future__ import annotations

import hashlib
import time
from dataclasses import dataclass

import httpx

from shared.faults import TryLater
from shared.web.access import Principal

_FRESH_S = 10.0
_USABLE_S = 3600.0
_MOST = 10_000


@dataclass(frozen=True, slots=True)
class _Known:
    principal: Principal | None
    at: float


class RemoteKeyRing:
    """Asks ingest, remembers for ten seconds, and for an hour while ingest does not answer."""

    def __init__(self, *, http: httpx.AsyncClient, ingest_url: str, service_token: str) -> None:
        self._http = http
        self._url = f"{ingest_url}/internal/keys/verify"
        self._headers = {"Authorization": f"Bearer {service_token}"}
        self._known: dict[bytes, _Known] = {}

    async def principal(self, key: str) -> Principal | None:
        """Return whose key this is; `TryLater` when ingest is out of reach and never told."""
        digest = hashlib.sha256(key.encode("utf-8", "replace")).digest()
        known, now = self._known.get(digest), time.monotonic()
        if known and now - known.at < _FRESH_S:
            return known.principal
        try:
            principal = await self._ask(key)
        except (httpx.HTTPError, TryLater):
            if known and now - known.at < _USABLE_S:
                return known.principal
            raise TryLater("ingest, which keeps the API keys, does not answer") from None
        if len(self._known) >= _MOST:
            self._known.clear()
        self._known[digest] = _Known(principal, now)
        return principal

    async def _ask(self, key: str) -> Principal | None:
        answer = await self._http.post(self._url, json={"key": key}, headers=self._headers)
        if answer.status_code == httpx.codes.NOT_FOUND:
            return None
        if answer.status_code != httpx.codes.OK:
            raise TryLater(f"ingest answered {answer.status_code}")
        body = answer.json()
        return Principal(key_id=body["key_id"], scopes=frozenset(body["scopes"]))
