"""Whose API key an id in a ledger is: labels asked from ingest, which owns the keys, and remembered for minutes."""

from __future__ import annotations

import logging
import time
from collections.abc import Collection

import httpx

logger = logging.getLogger(__name__)

_FRESH_S = 300.0
_MOST = 10_000


class KeyLabels:
    """The labels of keys, at most five minutes old; a label is given once, with the key."""

    def __init__(self, *, http: httpx.AsyncClient, ingest_url: str, service_token: str) -> None:
        self._http = http
        self._url = f"{ingest_url}/internal/keys/labels"
        self._headers = {"Authorization": f"Bearer {service_token}"}
        self._known: dict[str, tuple[str | None, float]] = {}

    async def of(self, key_ids: Collection[str]) -> dict[str, str]:
        """Return the labels of these keys; an id is left out where no key has it, or ingest does not answer."""
        now = time.monotonic()
        stale = [key for key in key_ids if key not in self._known or now - self._known[key][1] > _FRESH_S]
        if stale and (told := await self._asked(stale)) is not None:
            if len(self._known) + len(stale) > _MOST:
                self._known.clear()
            self._known |= {key: (told.get(key), now) for key in stale}
        found = {key: self._known[key][0] for key in key_ids if key in self._known}
        return {key: label for key, label in found.items() if label is not None}

    async def _asked(self, key_ids: list[str]) -> dict[str, str] | None:
        try:
            answer = await self._http.post(self._url, json={"key_ids": key_ids}, headers=self._headers)
        except httpx.HTTPError as error:
            logger.warning("ingest, which keeps the keys, does not answer", extra={"error_type": type(error).__name__})
            return None
        return dict(answer.json()["labels"]) if answer.status_code == httpx.codes.OK else None
