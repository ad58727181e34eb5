"""Which process publishes which lanes: advisory locks of PostgreSQL, which end with the connection of who dies."""

from __future__ import annotations

import math
import random
import zlib

from shared.messaging.outbox_rows import Connection
from shared.messaging.tables import LANES

_PRESENCE = 1_000_000


class Lanes:
    """The lanes that one relay holds; relays of the same schema divide them evenly among themselves."""

    def __init__(self, connection: Connection, *, schema: str) -> None:
        self._connection = connection
        self._class = zlib.crc32(f"ascolto outbox {schema}".encode()) >> 1
        self.held: list[int] = []

    async def join(self) -> None:
        """Be counted among the relays of this schema for as long as the connection lives."""
        await self._connection.execute("SELECT pg_advisory_lock_shared($1, $2)", self._class, _PRESENCE)

    async def balance(self) -> None:
        """Hold a fair share: give back what is too much, take what nobody holds. Call it with nothing under way."""
        share = math.ceil(LANES / max(1, await self._relays()))
        if len(self.held) < share:
            await self._take_free()
        await self._release(self.held[share:])

    async def _relays(self) -> int:
        count: int = await self._connection.fetchval(
            """
            SELECT count(*) FROM pg_locks
            WHERE locktype = 'advisory' AND granted AND classid = $1::bigint::oid AND objid = $2::bigint::oid
              AND objsubid = 2 AND database = (SELECT oid FROM pg_database WHERE datname = current_database())
            """,
            self._class,
            _PRESENCE,
        )
        return count

    async def _take_free(self) -> None:
        wanted = [lane for lane in range(LANES) if lane not in self.held]
        random.shuffle(wanted)  # two relays that start together should not race for the same ones
        rows = await self._connection.fetch(
            """
            SELECT lane FROM (
                SELECT lane, pg_try_advisory_lock($1, lane) AS got FROM unnest($2::int[]) AS wanted (lane)
            ) AS tried WHERE got
            """,
            self._class,
            wanted,
        )
        self.held += [row["lane"] for row in rows]

    async def _release(self, lanes: list[int]) -> None:
        if lanes:
            await self._connection.execute(
                "SELECT pg_advisory_unlock($1, lane) FROM unnest($2::int[]) AS w (lane)", self._class, lanes
            )
            self.held = [lane for lane in self.held if lane not in lanes]
