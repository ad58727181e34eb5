"""Edits, removals, and what comes before what it belongs to."""

from __future__ import annotations

from datetime import timedelta

from services.router.jobs.early import settle_early
from tests.integration.router.stories import NOON, RULES, Desk, changed, chatted, said, with_token

PATIENCE = timedelta(minutes=2)
COMMENT = chatted("Due mesi!", id_="f1", by="dario", account="page", channel="facebook_page")
EDIT = changed(COMMENT, "edit", "Due mesi! Vergogna.", id_="f2", after=9)


async def test_an_edit_and_a_removal_are_announced_and_open_nothing(desk: Desk) -> None:
    await desk.file(COMMENT)
    await desk.file(EDIT, changed(COMMENT, "removal", id_="f3", after=10))
    assert await desk.filed() == {COMMENT.complaint_id: {COMMENT.message_id}}
    assert [(e.kind, e.sequence, e.message_id) for e in await desk.announced()] == [
        ("opened", 1, COMMENT.message_id), ("edited", 2, COMMENT.message_id), ("removed", 3, COMMENT.message_id)
    ]  # fmt: skip


async def test_an_edit_that_comes_first_waits_for_its_message(desk: Desk) -> None:
    await desk.file(EDIT)
    assert await desk.announced() == []
    await desk.file(COMMENT)
    assert [e.kind for e in await desk.announced()] == ["opened", "edited"]


async def test_an_edit_of_what_we_never_had_becomes_a_complaint_and_a_removal_does_not(desk: Desk) -> None:
    await desk.file(EDIT, changed(COMMENT, "removal", id_="f3", after=10))
    await settle_early(engine=desk.engine, rules=RULES, now=NOON + PATIENCE, patience=PATIENCE)
    assert await desk.announced() == []
    await settle_early(engine=desk.engine, rules=RULES, now=NOON + PATIENCE + timedelta(seconds=1), patience=PATIENCE)
    assert await desk.filed() == {EDIT.complaint_id: {EDIT.message_id}}


async def test_a_token_whose_complaint_never_comes_opens_one(desk: Desk) -> None:
    lost = with_token(said("Hello?", id_="m2@x.test"), said("never filed", id_="m1@x.test"))
    await desk.file(lost)
    await settle_early(engine=desk.engine, rules=RULES, now=NOON + 2 * PATIENCE, patience=PATIENCE)
    assert await desk.filed() == {lost.complaint_id: {lost.message_id}}


async def test_two_routers_that_cross_leave_nothing_waiting(desk: Desk) -> None:
    """One keeps the answer as early while the other, unseen, commits the complaint: the job brings them together."""
    opener = said("Late.", id_="m1@x.test")
    answer = with_token(said("AB12", id_="m2@x.test", by="carlo@example.test"), opener)
    await desk.file(answer)
    hide = "UPDATE router.early_messages SET waits_for = reverse(waits_for)"
    async with desk.engine.begin() as connection:  # as if its row were not committed yet
        await connection.exec_driver_sql(hide)
    await desk.file(opener)
    async with desk.engine.begin() as connection:
        await connection.exec_driver_sql(hide)
    await settle_early(engine=desk.engine, rules=RULES, now=NOON, patience=PATIENCE)
    assert await desk.filed() == {opener.complaint_id: {opener.message_id, answer.message_id}}
