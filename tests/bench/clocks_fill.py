"""Fills a responder's database with open clocks, by the million within a minute or two.

One complaint a queue is taken over by the responder's own code; SQL then copies those rows, clocks and counters, with
dates of their own, while the indexes are away. What the copies hold is what the responder would have written.
"""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import asyncpg
from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.store import counters
from services.responder.usecases.acknowledge import Acknowledging
from services.responder.usecases.promises import Promises
from services.responder.usecases.take_over import take_over
from shared.channel_registry import registry
from shared.clock import SystemClock
from shared.contracts.parts import Because, Decision, ReplyAddress
from shared.contracts.routed import ComplaintRouted
from shared.ids import event_id, reference

_DATES = {
    "complaint_id": "gen_random_uuid()",
    "reference": "'F' || n",
    "received_at": "w.received_at - n % 20000 * interval '1 minute'",
    "next_due_at": "w.next_due_at + n % 40000 * interval '1 minute'",
    "resolve_due_at": "w.resolve_due_at + n % 40000 * interval '1 minute'",
    "timer_at": "now() + interval '1 day' + n % 40000 * interval '1 minute'",
}
_COUNTED_DAYS = """
    INSERT INTO responder.counters (queue, measure, slot, bucket, value)
    SELECT q, m, extract(epoch FROM now())::bigint / 86400 * 86400 - d * 86400, b, 20
    FROM unnest($1::text[]) q, unnest(ARRAY['acknowledged_in', 'resolved_in']) m, generate_series(0, 7) d,
         generate_series(40, 120, 2) b
    ON CONFLICT DO NOTHING
"""


async def fill(engine: AsyncEngine, database_url: str, *, promises: Promises, clocks: int) -> int:
    """Put about `clocks` open clocks into an empty responder and return on how many complaints they are."""
    await _take_over_templates(engine, promises)
    connection = await asyncpg.connect(database_url)
    try:
        of_templates = await connection.fetchval("SELECT count(*) FROM responder.clocks WHERE state = 'running'")
        templates = await connection.fetchval("SELECT count(*) FROM responder.work")
        copies = max(1, clocks // of_templates)
        for table, copying in (("work", _copy_work(await _columns(connection, "work"))), ("clocks", _COPY_CLOCKS)):
            laid_aside = await _drop_indexes(connection, table)
            await connection.execute(copying.replace("$copies", str(copies)))
            for statement in laid_aside:
                await connection.execute(statement)
        await connection.execute(f"UPDATE responder.counter_deltas SET delta = delta * {copies} WHERE slot = 0")
        # The copies have no ledger, and recomputing it would be measured as well.
        await connection.execute(
            "INSERT INTO responder.ledger_rounds VALUES ('9999-12-31', now(), NULL, 0, 0, 0, now())"
        )
        await connection.execute(_COUNTED_DAYS, list(promises.queues))
        await connection.execute("VACUUM ANALYZE responder.work, responder.clocks")
        await connection.execute("CHECKPOINT")
    finally:
        await connection.close()
    async with engine.begin() as session:
        await counters.fold(session)
    return int(templates * (copies + 1))


async def _take_over_templates(engine: AsyncEngine, promises: Promises) -> None:
    now = SystemClock().now()
    acknowledging = Acknowledging(promises=promises, channels=registry(), organisation="Bench")
    changes = [opened(promises, queue) for queue in promises.queues]
    async with engine.begin() as connection:
        await take_over(connection, changes, traces={}, promises=promises, acknowledging=acknowledging, now=now)
        await connection.exec_driver_sql("DELETE FROM responder.outbound")


def opened(promises: Promises, queue: str) -> ComplaintRouted:
    """Return what the router tells of a complaint of this queue."""
    complaint_id, known = uuid4(), promises.rulebook.queues[queue]
    decision = Decision(
        queue=queue, playbook=next(iter(promises.rulebook.playbooks)), priority="P3", policy=known.policy,
        category=next(iter(promises.rulebook.taxonomy.categories)), subcategory=None, severity="S3", language="en",
        signals=(), rulebook="bench", because=Because(rule="bench", condition="true", facts={}),
    )  # fmt: skip
    now = SystemClock().now()
    return ComplaintRouted(
        event_id=event_id("bench", complaint_id), complaint_id=complaint_id, reference=reference(complaint_id),
        sequence=1, kind="opened", at=now, received_at=now - timedelta(seconds=1), account="bench", channel="webhook",
        decision=decision, message_id=uuid4(), reply=ReplyAddress(account="bench", channel="webhook", to=queue),
    )  # fmt: skip


_COPY_CLOCKS = """
    INSERT INTO responder.clocks (complaint_id, kind, state, started_at, due_at, at_risk_at, stopped_at, at_risk,
                                  allowance, policy, source)
    SELECT w.complaint_id, c.kind, c.state, c.started_at, w.timer_at, c.at_risk_at, c.stopped_at, c.at_risk,
           c.allowance, c.policy, c.source
    FROM responder.work w
    JOIN responder.work t ON t.queue = w.queue AND t.reference NOT LIKE 'F%'
    JOIN responder.clocks c ON c.complaint_id = t.complaint_id
    WHERE w.reference LIKE 'F%'
"""


async def _columns(connection: asyncpg.Connection, table: str) -> list[str]:
    query = "SELECT attname FROM pg_attribute WHERE attrelid = $1::regclass AND attnum > 0 ORDER BY attnum"
    return [row[0] for row in await connection.fetch(query, f"responder.{table}")]


def _copy_work(columns: list[str]) -> str:
    values = ", ".join(_DATES.get(name, f"w.{name}") for name in columns)
    return f"""
        INSERT INTO responder.work ({", ".join(columns)})
        SELECT {values} FROM (SELECT row_number() OVER () AS template, * FROM responder.work) AS w,
            LATERAL (SELECT i * 1000 + w.template AS n FROM generate_series(1, $copies) AS i) AS copies
    """


async def _drop_indexes(connection: asyncpg.Connection, table: str) -> list[str]:
    """Drop the indexes of a table and return the statements that make them again."""
    found, again = f"responder.{table}", []
    constraints = "SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conrelid = $1::regclass"
    for name, definition in await connection.fetch(f"{constraints} AND contype IN ('p', 'u')", found):
        await connection.execute(f"ALTER TABLE {found} DROP CONSTRAINT {name}")
        again.append(f"ALTER TABLE {found} ADD CONSTRAINT {name} {definition}")
    query = "SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'responder' AND tablename = $1"
    for name, definition in await connection.fetch(query, table):
        await connection.execute(f"DROP INDEX responder.{name}")
        again.append(definition)
    return ["SET maintenance_work_mem = '512MB'", *again]
