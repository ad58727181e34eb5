"""Clocks that come due one after the other within some seconds, among those that do not."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import msgspec
from aiokafka import AIOKafkaConsumer
from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.domain.work import WorkState
from services.responder.store import clocks, work
from services.responder.store.work import Held
from shared.clock import SystemClock
from shared.contracts.progress import ComplaintProgress

_LEAD_S = 2.0
_LATE_S = 30.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Watch:
    """Where breaches are told: by the responder's relay, on the topic of progress."""

    bootstrap_servers: str
    topic: str


async def lags(engine: AsyncEngine, watch: Watch, *, number: int, seconds: float) -> list[float]:
    """Return for each of `number` clocks due within `seconds` how long after its instant its breach was in Kafka."""
    consumer = AIOKafkaConsumer(watch.topic, bootstrap_servers=watch.bootstrap_servers, auto_offset_reset="latest")
    await consumer.start()
    try:
        await consumer.seek_to_end()
        due = await _make_due(engine, number=number, seconds=seconds)
        found: list[float] = []
        async with asyncio.timeout(_LEAD_S + seconds + _LATE_S):
            while len(found) < number:
                for records in (await consumer.getmany(timeout_ms=100)).values():
                    arrived = time.time()
                    told = [msgspec.json.decode(r.value or b"", type=ComplaintProgress) for r in records]
                    found += [
                        arrived - due[event.reference].timestamp()
                        for event in told
                        if event.kind == "breached" and event.reference in due
                    ]
        return found
    finally:
        await consumer.stop()


async def _make_due(engine: AsyncEngine, *, number: int, seconds: float) -> dict[str, datetime]:
    template = await _template(engine)
    first = SystemClock().now().astimezone(UTC) + timedelta(seconds=_LEAD_S)
    rows = [_due(template, first + timedelta(seconds=seconds * n / number)) for n in range(number)]
    async with engine.begin() as connection:
        await work.save(connection, rows)
        await clocks.save(
            connection, [(row.complaint_id, clock) for row in rows for clock in row.state.clocks.values()]
        )
    return {row.state.reference: row.state.clocks["acknowledge"].due_at for row in rows}


def _due(template: Held, instant: datetime) -> Held:
    acknowledge = replace(template.state.clocks["acknowledge"], due_at=instant, at_risk=True)
    state = replace(
        template.state,
        reference=uuid4().hex,
        clocks={**template.state.clocks, "acknowledge": acknowledge},
    )
    return replace(template, complaint_id=uuid4(), state=state)


async def _template(engine: AsyncEngine) -> Held:
    """Return one that was taken over and whose other clocks are far from due."""
    query = "SELECT reference FROM responder.work WHERE reference NOT LIKE 'F%' AND length(reference) < 20"
    async with engine.connect() as connection:
        references = [row[0] for row in await connection.exec_driver_sql(query)]
        held = [found for name in references if (found := await work.find(connection, name))]
    return max((one for one in held if "acknowledge" in one.state.clocks), key=_soonest)


def _soonest(held: Held) -> datetime:
    state: WorkState = held.state
    return min(clock.at_risk_at for kind, clock in state.clocks.items() if kind != "acknowledge")
