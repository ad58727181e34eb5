"""A group that holds messages and nothing else is committed by one statement, with all that a transaction promised."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Sequence
from datetime import datetime

import asyncpg
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.domain.filing import file_message
from services.ingest.domain.parcel import Outcome, Parcel, RawDelivery
from services.ingest.store.parcels import commit_messages
from services.ingest.usecases import group_commit
from services.ingest.usecases.group_commit import GroupCommit
from shared import ids
from shared.channel.inbound import InboundMessage
from shared.clock import SystemClock
from shared.contracts.parts import Sender
from shared.faults import TryLater
from shared.reply_token import Tokens
from shared.web.database import Driver, new_engine

_NOW = SystemClock().now()


def _parcel(name: str) -> Parcel:
    filing = file_message(
        InboundMessage(provider_message_id=name, conversation=name, sender=Sender(), text="late"),
        account="shop",
        channel="webhook",
        scope="shop",
        received_at=_NOW,
        attachments=(),
        whole=None,
        tokens=Tokens(bytes(32)),
    )
    raw = RawDelivery(delivery_id=ids.drawn(_NOW), head='{"method": "POST"}', size_bytes=1, body=b"x", blob_key=None)
    return Parcel(account="shop", received_at=_NOW, raw=raw, filings=(filing,))


@pytest.fixture
async def engine(database_url: str) -> AsyncIterator[AsyncEngine]:
    made = new_engine(
        database_url.replace("postgresql://", "postgresql+asyncpg://", 1), pool=2, application="one-statement"
    )
    yield made
    await made.dispose()


@pytest.fixture
async def commits(engine: AsyncEngine, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[GroupCommit]:
    async def no_transaction(*_: object, **__: object) -> list[Outcome]:
        raise AssertionError("messages alone need no transaction around them")

    monkeypatch.setattr(group_commit, "file_parcels", no_transaction)
    made = GroupCommit(engine=engine, clock=SystemClock())
    running = asyncio.create_task(made.run())
    yield made
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def _rows(engine: AsyncEngine) -> dict[str, int]:
    async with engine.connect() as connection:
        counts = await connection.execute(
            text("""
                SELECT (SELECT count(*) FROM ingest.messages) AS messages,
                       (SELECT count(*) FROM ingest.outbox) AS outbox,
                       (SELECT count(*) FROM ingest.deliveries) AS deliveries,
                       (SELECT sum(n) FROM ingest.balance_deltas WHERE kind = 'filed') AS filed,
                       (SELECT coalesce(sum(n), 0) FROM ingest.balance_deltas WHERE kind = 'duplicate') AS duplicate
            """)
        )
        return {name: int(number) for name, number in counts.one()._asdict().items()}


async def test_each_caller_gets_its_own_answer_and_a_duplicate_is_filed_once(
    engine: AsyncEngine, commits: GroupCommit
) -> None:
    parcels = [_parcel(f"m{number}") for number in range(40)]
    outcomes = await asyncio.gather(*(commits.file(parcel) for parcel in [*parcels, _parcel("m7")]))
    for parcel, outcome in zip(parcels, outcomes, strict=False):
        event = parcel.filings[0].event
        assert outcome.filed == ({event.message_id: event.reference})
    assert outcomes[-1].filed == {}
    assert (await commits.file(_parcel("m3"))).filed == {}
    assert await _rows(engine) == {"messages": 40, "outbox": 40, "deliveries": 40, "filed": 40, "duplicate": 2}


async def test_a_connection_that_broke_is_not_used_again(
    database_url: str, engine: AsyncEngine, commits: GroupCommit
) -> None:
    await commits.file(_parcel("before"))
    outsider = await asyncpg.connect(database_url)
    await outsider.execute(
        "SELECT pg_terminate_backend(pid, 5000) FROM pg_stat_activity WHERE application_name = 'one-statement'"
        " AND datname = current_database()"
    )
    await outsider.close()
    with pytest.raises(TryLater):
        await commits.file(_parcel("after"))
    assert len((await commits.file(_parcel("after"))).filed) == 1
    assert (await _rows(engine))["messages"] == 2


async def test_what_fails_on_the_way_back_is_told_as_not_stored_and_found_again(
    engine: AsyncEngine, commits: GroupCommit, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def lost(connection: Driver, parcels: Sequence[Parcel], *, now: datetime) -> list[Outcome]:
        await commit_messages(connection, parcels, now=now)
        raise ConnectionResetError

    with monkeypatch.context() as patched:
        patched.setattr(group_commit, "commit_messages", lost)
        with pytest.raises(TryLater):
            await commits.file(_parcel("m"))
    assert (await commits.file(_parcel("m"))).filed == {}
    assert await _rows(engine) == {"messages": 1, "outbox": 1, "deliveries": 1, "filed": 1, "duplicate": 1}
