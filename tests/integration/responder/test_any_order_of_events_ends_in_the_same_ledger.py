"""Whatever order Kafka hands events over in, doubled or late, the work ends as if they had come one by one in turn."""

from __future__ import annotations

import random
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec
import pytest
from sqlalchemy.ext.asyncio import AsyncEngine

from deploy.cli.ledger_hands import in_part, reading
from services.responder.domain.entries import Entry
from services.responder.domain.work import WorkState
from services.responder.store import timeline, work
from services.responder.store.ledger import FIRST, LAST, read_levels
from services.responder.store.tables import messaging
from services.responder.usecases.acknowledge import Acknowledging
from services.responder.usecases.audit_ledger import levels_that_differ
from services.responder.usecases.promises import Promises
from services.responder.usecases.take_over import take_over
from shared.channel_registry import registry
from shared.contracts.routed import ComplaintRouted
from shared.ids import event_id
from shared.messaging.inbox import admit
from shared.rulebook.load import load
from shared.web.database import new_engine
from tests.integration.responder.routed_events import RoutedComplaint, record
from tests.support.run import CHECKOUT

NOW = datetime(2026, 12, 18, 16, 30, tzinfo=UTC)
WALKS, COMPLAINTS, CHANGES = 12, 3, 9


@dataclass(kw_only=True)
class Settling:
    """A responder's taking over, on a real database; every settling happens at the same instant."""

    engine: AsyncEngine
    promises: Promises
    acknowledging: Acknowledging

    async def settle(self, changes: Sequence[ComplaintRouted], *, with_inbox: bool = True) -> None:
        """Settle a batch in one transaction; without the inbox a double reaches the work itself."""
        async with self.engine.begin() as connection:
            if with_inbox:
                records = [record(change) for change in changes]
                fresh = {one.event_id for one in await admit(connection, messaging, records, now=NOW)}
                changes = list({c.event_id: c for c in changes if c.event_id in fresh}.values())
            await take_over(
                connection, changes, traces={}, promises=self.promises, acknowledging=self.acknowledging, now=NOW
            )

    async def ended(self, complaint: RoutedComplaint) -> tuple[WorkState, list[Entry], Counter[str]]:
        """Return how a complaint stands and its ledger, without what names it.

        When the acknowledgement is queued amid the rest depends on what was settled in one batch; that it is, does not.
        """
        async with self.engine.connect() as connection:
            held = await work.find(connection, complaint.reference)
            entries = await timeline.read(connection, complaint.complaint_id)
        assert held is not None
        assert [entry.seq for entry in entries] == list(range(1, len(entries) + 1))
        state = replace(held.state, reference="", acknowledgement=replace(held.state.acknowledgement, outbound_id=None))
        told = [
            replace(entry, seq=0, data=_anonymous(entry.data))
            for entry in entries
            if entry.kind != "acknowledgement_queued"
        ]
        return state, told, Counter(entry.kind for entry in entries)


def _anonymous(data: dict[str, Any]) -> dict[str, Any]:
    return {key: value for key, value in data.items() if key not in ("reference", "outbound_id", "message_id")}


@pytest.fixture
async def settling(database_url: str) -> AsyncIterator[Settling]:
    engine = new_engine(database_url.replace("postgresql://", "postgresql+asyncpg://"), pool=2, application="test")
    promises = Promises(load(CHECKOUT / "deploy" / "rulebook"))
    acknowledging = Acknowledging(promises=promises, channels=registry(), organisation="ACME")
    yield Settling(engine=engine, promises=promises, acknowledging=acknowledging)
    await engine.dispose()


def _story(chance: random.Random, complaint: RoutedComplaint) -> list[ComplaintRouted]:
    changes = [complaint.opened()]
    for n in range(1, CHANGES):
        happening = chance.choice(["joined", "transferred", "recategorised", "robot"])
        if happening == "transferred":
            change = complaint.transferred(chance.choice(["logistics", "refunds", "triage"]))
        elif happening == "recategorised":
            change = complaint.recategorised(chance.choice(["delivery", "billing"]))
        else:
            change = complaint.joined(automatic="auto-replied" if happening == "robot" else None)
        changes.append(msgspec.structs.replace(change, at=NOW + timedelta(minutes=n)))
    return changes


def _as_another(changes: Sequence[ComplaintRouted], other: RoutedComplaint) -> list[ComplaintRouted]:
    """The same story, of a complaint that is another."""
    return [
        msgspec.structs.replace(
            change,
            complaint_id=other.complaint_id,
            reference=other.reference,
            event_id=event_id("twin", other.complaint_id, change.sequence),
        )
        for change in changes
    ]


def _as_kafka_may(chance: random.Random, changes: list[ComplaintRouted]) -> list[list[ComplaintRouted]]:
    """The changes doubled, stirred and cut into batches."""
    doubled = changes + chance.sample(changes, len(changes) // 2)
    chance.shuffle(doubled)
    batches = []
    while doubled:
        size = chance.randrange(1, 6)
        batches.append(doubled[:size])
        doubled = doubled[size:]
    return batches


async def test_any_interleaving_ends_as_the_ledger_in_order(settling: Settling) -> None:
    for seed in range(WALKS):
        chance = random.Random(seed)
        pairs = []
        stirred: list[ComplaintRouted] = []
        for n in range(COMPLAINTS):
            # Customers of their own, for whom nothing else was acknowledged lately.
            mine = RoutedComplaint(to=f"39333{seed:03}{n:03}1", received_at=NOW)
            twin = RoutedComplaint(to=f"39333{seed:03}{n:03}2", received_at=NOW)
            in_order = _story(chance, mine)
            for change in in_order:
                await settling.settle([change])
            stirred += _as_another([msgspec.structs.replace(c, reply=twin._reply()) for c in in_order], twin)
            pairs.append((mine, twin))
        for batch in _as_kafka_may(chance, stirred):
            await settling.settle(batch, with_inbox=chance.random() < 0.8)
        for mine, twin in pairs:
            assert await settling.ended(twin) == await settling.ended(mine), seed
    async with reading(str(settling.engine.url.render_as_string(hide_password=False)).replace("+asyncpg", "")) as fetch:
        found = await in_part(fetch, after=FIRST, until=LAST)
        assert found.complaints == 2 * WALKS * COMPLAINTS
        assert found.differences + levels_that_differ(await read_levels(fetch), found.recount) == []
