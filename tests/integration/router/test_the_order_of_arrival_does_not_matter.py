"""Shuffled, doubled and cut into any batches, the same messages make the same complaints."""

from __future__ import annotations

import asyncio
import random
import zlib
from datetime import timedelta
from uuid import UUID

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from services.router.jobs.early import settle_early
from shared.contracts.received import MessageReceived
from shared.faults import TryLater
from tests.integration.router.stories import NOON, RULES, Desk, answering, changed, chatted, quoting, said, with_token

_PACKAGE = said("Il pacco non è arrivato.", id_="m1@x.test")
_INVOICE = said("La fattura è sbagliata.", id_="m2@x.test", after=5)
_CHAT = [chatted(f"line {n}", id_=f"c{n}", after=n) for n in range(3)]
_COMMENT = chatted("Vergogna!", id_="f1", by="dario", account="page", channel="facebook_page")
_ECHO = with_token(said("Anch'io.", id_="t1@x.test", by="carlo@example.test", after=70), _PACKAGE)

# Each list is one conversation: Kafka keeps the order within it, and none between them.
CONVERSATIONS: list[list[MessageReceived]] = [
    [_PACKAGE, _INVOICE, quoting(said("Novità?", id_="m3@x.test", after=60), _PACKAGE),
     answering(said("E per la fattura?", id_="m4@x.test", after=61), "<m2@x.test>")],
    _CHAT,
    [_COMMENT, changed(_COMMENT, "edit", "Vergogna!!", id_="f2", after=9),
     changed(_COMMENT, "removal", id_="f3", after=10)],
    [_ECHO],
    [with_token(said("x", id_="t2@x.test", by="dora@example.test", after=80), _CHAT[0])],
    # An edit may come by another way than its message (a poll beside a webhook), so before it.
    [changed(_CHAT[1], "edit", "line one", id_="e1", after=90)],
    [changed(_ECHO, "removal", id_="e2", after=95)],
]  # fmt: skip

EXPECTED: dict[UUID, set[UUID]] = {
    _PACKAGE.complaint_id: {m.message_id for m in (_PACKAGE, CONVERSATIONS[0][2], _ECHO)},
    _INVOICE.complaint_id: {m.message_id for m in (_INVOICE, CONVERSATIONS[0][3])},
    _CHAT[0].complaint_id: {m.message_id for m in (*_CHAT, CONVERSATIONS[4][0])},
    _COMMENT.complaint_id: {_COMMENT.message_id},
}


def _interleaved(seed: int) -> list[MessageReceived]:
    """Deal the conversations into one stream, some records twice, each conversation in its order."""
    draw, left, stream = random.Random(seed), [list(c) for c in CONVERSATIONS], []
    while left:
        conversation = draw.choice(left)
        message = conversation.pop(0)
        stream.append(message)
        if draw.random() < 0.3:
            stream.insert(draw.randrange(stream.index(message) + 1, len(stream) + 1), message)
        left = [c for c in left if c]
    return stream


async def _forget_everything(desk: Desk) -> None:
    async with desk.engine.begin() as connection:
        tables = await connection.execute(
            text("SELECT tablename FROM pg_tables WHERE schemaname = 'router' AND tablename <> 'alembic_version'")
        )
        names = ", ".join(f"router.{row.tablename}" for row in tables)
        await connection.execute(text(f"TRUNCATE {names}"))


async def test_shuffled_and_doubled_records_make_the_same_complaints(desk: Desk) -> None:
    @settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.too_slow])
    @given(seed=st.integers(0, 2**32), cuts=st.lists(st.integers(1, 6), min_size=1, max_size=20))
    def stories(seed: int, cuts: list[int]) -> None:
        examples.append((seed, cuts))

    examples: list[tuple[int, list[int]]] = []
    stories()
    assert len(examples) >= 30
    for seed, cuts in examples:
        await _forget_everything(desk)
        await _tell(desk, _interleaved(seed), cuts)


async def test_two_routers_at_once_make_the_same_complaints(desk: Desk) -> None:
    for seed in range(12):
        await _forget_everything(desk)
        stream = _interleaved(seed)
        # As Kafka divides them: one conversation is with one router, tokens and edits go across.
        halves = [[m for m in stream if (zlib.crc32(m.conversation.encode()) + seed) % 2 == n] for n in (0, 1)]
        await asyncio.gather(*(_settle_in_pairs(desk, half) for half in halves))
        await _check(desk)


async def _settle_in_pairs(desk: Desk, stream: list[MessageReceived]) -> None:
    """Settle as the consumer does: what waits for another router is tried again."""
    while stream:
        try:
            await desk.file(*stream[:2])
        except TryLater:
            continue
        except DBAPIError as error:
            if "deadlock" not in str(error.orig).lower():
                raise
            continue
        stream = stream[2:]


async def _tell(desk: Desk, stream: list[MessageReceived], cuts: list[int]) -> None:
    sizes = list(cuts)
    while stream:
        size = sizes.pop(0) if sizes else 4
        await desk.file(*stream[:size])
        stream = stream[size:]
    await _check(desk)


async def _check(desk: Desk) -> None:
    while await settle_early(engine=desk.engine, rules=RULES, now=NOON, patience=timedelta(minutes=2)):
        pass
    assert await desk.filed() == EXPECTED
    changes = await desk.rows("SELECT change_id, message_id, kind FROM router.message_changes ORDER BY kind, at")
    assert [(row.kind, row.message_id) for row in changes] == [
        ("edit", _COMMENT.message_id), ("edit", _CHAT[1].message_id),
        ("removal", _COMMENT.message_id), ("removal", _ECHO.message_id),
    ]  # fmt: skip
    by_complaint: dict[UUID, list[int]] = {}
    for event in await desk.announced():
        by_complaint.setdefault(event.complaint_id, []).append(event.sequence)
    assert by_complaint.keys() == EXPECTED.keys()
    assert all(found == list(range(1, len(found) + 1)) for found in by_complaint.values())
    assert await desk.rows("SELECT 1 FROM router.early_messages") == []
