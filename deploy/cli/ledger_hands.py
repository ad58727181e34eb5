"""Many hands on one ledger: processes that each recompute a part of it, all of them at the same snapshot."""

from __future__ import annotations

import asyncio
import gc
import multiprocessing
from collections import Counter
from collections.abc import AsyncIterator, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.responder.domain.audit import Difference
from services.responder.domain.figures import Delta
from services.responder.store.ledger import FIRST, LAST, Fetch
from services.responder.usecases.audit_ledger import audit_page

PAGE: Final = 1_000
"""Complaints read at once: about 10 MB in a process."""

_PARTS_AT_MOST: Final = 4_096
_SETTINGS: Final = {
    "application_name": "ascolto-ledger-verify",
    "idle_in_transaction_session_timeout": "0",  # the snapshot is held until the last part is done
    "jit": "off",
    "timezone": "UTC",
    "work_mem": "64MB",  # a page is sorted in memory
}


@dataclass(slots=True)
class Found:
    """What was recomputed so far and what differs."""

    complaints: int = 0
    entries: int = 0
    differences: list[Difference] = field(default_factory=list)
    recount: Counter[Delta] = field(default_factory=Counter)

    def add(self, other: Found) -> None:
        """Add what another hand found."""
        self.complaints += other.complaints
        self.entries += other.entries
        self.differences += other.differences
        self.recount.update(other.recount)


@asynccontextmanager
async def reading(url: str, *, snapshot: str | None = None) -> AsyncIterator[Fetch]:
    """Read at one instant: the present one, or that of a snapshot that somebody else holds."""
    connection = await asyncpg.connect(url, timeout=10, server_settings=_SETTINGS)
    try:
        async with connection.transaction(isolation="repeatable_read", readonly=True):
            if snapshot is not None:
                await connection.execute(f"SET TRANSACTION SNAPSHOT '{snapshot}'")

            async def fetch(statement: str, arguments: tuple[Any, ...]) -> Sequence[Any]:
                rows: Sequence[Any] = await connection.fetch(statement, *arguments)
                return rows

            yield fetch
    finally:
        await connection.close()


def parts(complaints: int, *, hands: int) -> list[tuple[UUID, UUID]]:
    """Return the ledger in parts of about a page: ids are spread evenly over their space."""
    number = min(_PARTS_AT_MOST, max(hands, -(-complaints // PAGE)))
    bounds = [FIRST, *(UUID(int=n * LAST.int // number) for n in range(1, number)), LAST]
    return list(pairwise(bounds))


def recomputed(url: str, *, snapshot: str, of: Sequence[tuple[UUID, UUID]], hands: int) -> Iterator[Found]:
    """Yield what each part came to, as they are done."""
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(hands, mp_context=context, initializer=_begin, initargs=(url, snapshot)) as pool:
        try:
            for done in as_completed([pool.submit(_part, after, until) for after, until in of]):
                yield done.result()
        except BaseException:
            pool.shutdown(wait=False, cancel_futures=True)
            raise


async def in_part(fetch: Fetch, *, after: UUID, until: UUID) -> Found:
    """Recompute everything behind one id up to another."""
    found = Found()
    while True:
        page = await audit_page(fetch, after=after, until=until, limit=PAGE)
        found.add(Found(page.complaints, page.entries, page.differences, page.recount))
        if page.last:
            return found
        after = page.upto


class _Hand:
    """One process's loop and connection, kept from part to part."""

    def __init__(self, url: str, snapshot: str) -> None:
        self._runner = asyncio.Runner()
        self._context = reading(url, snapshot=snapshot)
        self._fetch: Fetch = self._runner.run(self._context.__aenter__())

    def part(self, after: UUID, until: UUID) -> Found:
        return self._runner.run(in_part(self._fetch, after=after, until=until))


_hands: list[_Hand] = []


def _begin(url: str, snapshot: str) -> None:
    # What a page makes refers to nothing in a circle: looking for circles among it is a tenth of the time.
    gc.disable()
    _hands.append(_Hand(url, snapshot))


def _part(after: UUID, until: UUID) -> Found:
    return _hands[0].part(after, until)
