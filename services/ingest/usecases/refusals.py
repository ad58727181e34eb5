"""Counts what was refused. Refusing must not cost a transaction each, or forgers could fill the database."""

from __future__ import annotations

from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.domain.books import Tally
from services.ingest.store.balance import write_down
from shared.clock import Clock


class Refusals:
    """Gathers refusals in memory; a job writes them down every second."""

    def __init__(self, *, engine: AsyncEngine, clock: Clock) -> None:
        self._engine = engine
        self._clock = clock
        self._tally = Tally()

    def count(self, account: str, n: int = 1) -> None:
        """Count messages of an account as refused."""
        self._tally.add(account, "refused", n)

    async def write(self) -> None:
        """Write down what was counted since the last time; kept for the next time if that fails."""
        tally, self._tally = self._tally, Tally()
        if not tally.rows():
            return
        try:
            async with self._engine.begin() as connection:
                await write_down(connection, tally, on_day=self._clock.now().date())
        except BaseException:
            for account, kind, n in tally.rows():
                self._tally.add(account, kind, n)
            raise
