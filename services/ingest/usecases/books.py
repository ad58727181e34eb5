"""Reads the balance and the quarantine's list."""

from __future__ import annotations

from datetime import date, datetime
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.store import balance, quarantine
from services.ingest.store.quarantine import QuarantinedDelivery, State
from services.ingest.usecases.refusals import Refusals


class Books:
    """What operations read of ingest."""

    def __init__(self, *, engine: AsyncEngine, refusals: Refusals) -> None:
        self._engine = engine
        self._refusals = refusals

    async def balance(self, *, account: str | None, since: date | None, until: date | None) -> dict[str, int]:
        """Return received, filed, duplicate, quarantined, ignored and refused; whole days in UTC."""
        await self._refusals.write()
        async with self._engine.connect() as connection:
            return await balance.read(connection, account=account, since=since, until=until)

    async def quarantined(
        self, *, state: State, account: str | None, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[QuarantinedDelivery]:
        """Return deliveries that are or were in quarantine, oldest first."""
        async with self._engine.connect() as connection:
            return await quarantine.listed(connection, state=state, account=account, after=after, limit=limit)
