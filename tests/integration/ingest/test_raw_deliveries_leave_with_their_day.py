"""Raw deliveries lie in a partition of their day and leave with it."""

from __future__ import annotations

from datetime import date, timedelta

from sqlalchemy import text

from services.ingest.store.partitions import keep_partitions
from tests.integration.ingest.conftest import RunningIngest
from tests.integration.ingest.test_deliveries import complaint, deliver, shop

__all__ = ["shop"]


async def test_raw_deliveries_lie_in_a_partition_of_their_day(shop: RunningIngest) -> None:
    await deliver(shop, complaint())
    async with shop.engine.connect() as connection:
        row = (await connection.execute(text("SELECT tableoid::regclass::text, body FROM ingest.deliveries"))).one()
    assert row[0].startswith("ingest.deliveries_2")
    assert row[1] == complaint()


async def test_old_partitions_are_dropped_whole(shop: RunningIngest) -> None:
    async with shop.engine.begin() as connection:
        await keep_partitions(connection, today=date(2020, 1, 1), retention=timedelta(days=30))
        await keep_partitions(connection, today=date(2020, 3, 1), retention=timedelta(days=30))
        names = (
            await connection.execute(text("SELECT relname FROM pg_class WHERE relname ~ '^deliveries_2020'"))
        ).scalars()
        assert min(names) == "deliveries_20200301"


async def test_what_came_before_its_partition_was_made_is_moved_there_and_leaves_with_it(shop: RunningIngest) -> None:
    day = date(2031, 5, 1)
    await deliver(shop, complaint())
    async with shop.engine.begin() as connection:  # as if ingest had slept for years and took this as soon as it woke
        await connection.execute(text("UPDATE ingest.deliveries SET received_at = '2031-05-01T12:00:00Z'"))
        for _ in range(2):
            await keep_partitions(connection, today=day, retention=timedelta(days=30))
        held = await connection.execute(text("SELECT tableoid::regclass::text FROM ingest.deliveries"))
        assert held.scalars().all() == ["ingest.deliveries_20310501"]
        await connection.execute(text("UPDATE ingest.deliveries SET received_at = '2030-01-01T12:00:00Z'"))
        await keep_partitions(connection, today=day, retention=timedelta(days=30))
        assert (await connection.execute(text("SELECT count(*) FROM ingest.deliveries"))).scalar_one() == 0
