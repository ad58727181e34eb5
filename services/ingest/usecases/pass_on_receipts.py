"""Passes the vendors' receipts on to the responder, which sent what they speak of; at least once."""

from __future__ import annotations

import httpx
import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.store import receipts
from shared.faults import TryLater

_BATCH = 200


class PassOnReceipts:
    """Tells the responder what became of the messages it sent."""

    def __init__(self, *, engine: AsyncEngine, http: httpx.AsyncClient, responder_url: str, service_token: str) -> None:
        self._engine = engine
        self._http = http
        self._url = f"{responder_url.rstrip('/')}/internal/receipts"
        self._headers = {"Authorization": f"Bearer {service_token}", "Content-Type": "application/json"}

    async def pass_on(self) -> int:
        """Pass on what waits and return how many; `TryLater` leaves them waiting."""
        async with self._engine.begin() as connection:
            waiting = await receipts.claim(connection, limit=_BATCH)
            if waiting:
                body = msgspec.json.encode({"items": waiting})
                answer = await self._http.post(self._url, content=body, headers=self._headers)
                if not answer.is_success:
                    raise TryLater(f"the responder answered {answer.status_code}")
        return len(waiting)
