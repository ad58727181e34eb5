"""Who has to complain again within a month is counted, across channels, by when the complaints came."""

from __future__ import annotations

import random
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import msgspec
import pytest
from sqlalchemy import event

from services.router.domain.repeats import WITHIN
from services.router.store.repeats import _EARLIER
from services.router.usecases.deciding import ByRulebook
from services.router.usecases.file_messages import Rules
from shared.contracts.parts import Sender
from shared.contracts.received import MessageReceived
from shared.rulebook.load import load
from tests.integration.router.running import RunningRouter
from tests.integration.router.stories import NOON, REOPEN_WITHIN, Desk, said

DAY = 86_400.0
LATE = "Il pacco è in ritardo."
ANNA = Sender(email="anna@example.test", phone="+39 333 1234567")


async def counted(desk: Desk) -> dict[str, object]:
    """Return by the provider's id how many complaints each decision counted."""
    return {
        e.message_id.hex: e.decision.because.facts["contacts"] for e in await desk.announced() if e.message_id
    }  # fmt: skip


def complaints() -> list[MessageReceived]:
    """Four complaints of Anna by two contact points, and one of somebody else."""
    by_phone = Sender(phone="0039 3331234567", verified=("phone",))
    return [
        said(LATE, id_="old", after=-40 * DAY),
        said(LATE, id_="one", sender=ANNA),
        said(LATE, id_="two", after=DAY, account="sms", channel="twilio_sms", sender=by_phone),
        said(LATE, id_="three", after=2 * DAY, sender=ANNA),
        said(LATE, id_="other", after=2 * DAY, by="bruno@example.test"),
    ]


@pytest.mark.parametrize("cut", [1, 2, 5])
async def test_those_of_thirty_days_count_within_a_batch_and_before_it(desk: Desk, cut: int) -> None:
    told = complaints()
    for start in range(0, len(told), cut):
        await desk.file(*told[start : start + cut])
    found = await counted(desk)
    assert [found[m.message_id.hex] for m in told] == [1, 1, 2, 3, 1]


async def test_the_order_within_a_batch_does_not_matter(desk: Desk) -> None:
    told = complaints()
    shuffled = random.Random(7).sample(told, len(told))
    await desk.file(*shuffled)
    found = await counted(desk)
    assert [found[m.message_id.hex] for m in told] == [1, 1, 2, 3, 1]


async def test_what_came_later_does_not_count_though_it_was_filed_first(desk: Desk) -> None:
    first, later = said(LATE, id_="one"), said(LATE, id_="two", after=DAY)
    await desk.file(later)
    await desk.file(first)
    assert (await counted(desk))[first.message_id.hex] == 1


async def test_a_robots_mails_make_nobody_a_repeater(desk: Desk) -> None:
    robots = [said(LATE, id_=f"r{n}", after=n, automatic="auto_submitted") for n in range(3)]
    await desk.file(*robots)
    await desk.file(said(LATE, id_="one", after=9))
    assert set((await counted(desk)).values()) == {1}


async def test_a_large_batch_asks_as_often_as_a_small_one(desk: Desk) -> None:
    asked: list[str] = []
    event.listen(desk.engine.sync_engine, "before_cursor_execute", lambda *a: asked.append(str(a[2])))
    await desk.file(said(LATE, id_="one"))
    few, asked[:] = len(asked), []
    await desk.file(*(said(LATE, id_=f"m{n}", by=f"c{n % 9}@example.test", after=n) for n in range(200)))
    assert len(asked) == few


async def test_a_plan_made_while_the_house_was_empty_goes_by_the_party_all_the_same(desk: Desk) -> None:
    arguments = ([uuid4()], [NOON], [uuid4()], WITHIN)
    async with desk.engine.connect() as connection:
        rows = await connection.exec_driver_sql(f"EXPLAIN {_EARLIER}", arguments)
        plan = "\n".join(row[0] for row in rows)
    # A connection keeps this plan: by any other way every complaint of the month would be looked at for each asked.
    assert "contact_point_id = n.point" in plan
    assert "party_id = contact_points.party_id" in plan


async def test_the_third_is_grave_and_says_so(desk: Desk) -> None:
    judge = ByRulebook(rulebook=load(Path("deploy/rulebook")))
    strict = replace(desk, rules=Rules(judge=judge, reopen_within=REOPEN_WITHIN))
    for message in complaints()[1:4]:
        await strict.file(message)
    first, second, third = (e.decision for e in await desk.announced())
    assert (first.severity, second.severity, third.severity) == ("S3", "S3", "S2")
    assert [("repeat_contact" in d.signals) for d in (first, second, third)] == [False, True, True]
    assert third.because.facts["contacts"] == 3
    assert "contacts" not in first.because.facts


async def test_a_correction_keeps_the_count(router: RunningRouter) -> None:
    told = [msgspec.structs.replace(m, sender=ANNA) for m in complaints()[1:4]]
    for n, message in enumerate(told, start=1):
        await router.publish(message)
        await router.told(n)
    path = f"/v1/complaints/{told[-1].reference}/category"
    body = {"category": "billing", "subcategory": None, "reason": "misread"}
    assert (await router.http.post(path, json=body)).status_code == 200
    shown = await router.complaint(told[-1].reference)
    assert (shown["category"], shown["severity"]) == ("billing", "S2")
    assert shown["decision"]["because"]["facts"]["contacts"] == 3
