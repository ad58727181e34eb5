"""A batch that fails leaves nothing behind, and the schema is what the code thinks it is."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.router.store.tables import metadata
from services.router.usecases.deciding import Judgement
from services.router.usecases.file_messages import Rules
from shared.contracts.received import MessageReceived
from shared.faults import Unprocessable
from shared.migrations import differences
from tests.integration.router.stories import REOPEN_WITHIN, Desk, chatted, judge, record_of, said


def _trips_over_poison(message: MessageReceived, *, contacts: int = 1) -> Judgement:
    if "poison" in message.text:
        raise RuntimeError("a defect of ours")
    return judge(message, contacts=contacts)


async def test_the_migrations_make_the_tables(database_url: str) -> None:
    assert await differences(url=database_url, metadata=metadata) == []


async def test_a_defect_in_judging_rolls_the_whole_batch_back(desk: Desk) -> None:
    clumsy = replace(desk, rules=Rules(judge=_trips_over_poison, reopen_within=REOPEN_WITHIN))
    good = [said(f"late {n}", id_=f"m{n}@x.test") for n in range(20)]
    with pytest.raises(RuntimeError):
        await clumsy.file(*good, said("poison", id_="p@x.test"), chatted("late", id_="c1"))
    assert await desk.filed() == {}
    assert await desk.announced() == []
    await clumsy.file(*good)
    assert len(await desk.filed()) == 20


async def test_nul_in_a_text_fails_alone_and_is_no_poison_for_the_search(desk: Desk) -> None:
    with pytest.raises(Unprocessable):
        await desk.file(said("a\0b", id_="m1@x.test"))
    spelled = said("he wrote \\u0000 himself", id_="m2@x.test")
    assert b"u0000" in record_of(spelled).body
    await desk.file(spelled)
    assert set(await desk.filed()) == {spelled.complaint_id}


async def test_a_message_under_another_event_id_is_still_the_same_message(desk: Desk) -> None:
    """A person replays a delivery after the inbox has forgotten it."""
    message = said("late", id_="m1@x.test")
    await desk.file(message)
    async with desk.engine.begin() as connection:
        await connection.exec_driver_sql("DELETE FROM router.inbox")
    await desk.file(message)
    assert await desk.filed() == {message.complaint_id: {message.message_id}}
    assert len(await desk.announced()) == 1
