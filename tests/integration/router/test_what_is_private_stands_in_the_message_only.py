"""Numbers of cards, accounts and telephones: told by their last characters, found by no search, left in no trace."""

from __future__ import annotations

from datetime import timedelta
from importlib import import_module
from uuid import UUID

import pytest
from sqlalchemy import text

from services.router.domain.sameness import Told, traces_of
from services.router.usecases.match import match
from shared.rulebook.taxonomy import CorrelationFile
from tests.integration.router.running import RunningRouter, until
from tests.integration.router.stories import NOON, Desk, changed, chatted, said
from tests.unit.router.corpus import default_rulebook

CARD, IBAN, PHONE = "4111 1111 1111 1111", "it60 x054 2811 1010 0000 0123 456", "+39 347 765 4321"
TAX_CODE, MAIL = "rssmra80a01h501u", "anna.rossi@example.test"
PRIVATE = (CARD, IBAN, PHONE, TAX_CODE, MAIL)
PLAIN = "Il divano dell'ordine AB-44821 da 1.249,00 € non è arrivato, era per il 3 marzo 2026."
OPENER = said(
    f"{PLAIN} Rimborso su {IBAN} o sulla carta {CARD}. Chiamatemi: {PHONE}, cf {TAX_CODE}, {MAIL}",
    id_="m1", subject=f"Rimborso su {CARD}",
)  # fmt: skip


async def test_what_is_named_is_told_and_what_is_private_by_its_end(router: RunningRouter) -> None:
    await router.publish(OPENER)
    await router.told(1)
    shown = await router.complaint(OPENER.reference)
    named = {(one["kind"], one["value"], one["masked"]) for one in shown["entities"]}
    assert named == {
        ("order", "AB-44821", False), ("amount", "1249.00 EUR", False), ("date", "2026-03-03", False),
        ("product", "divano", False), ("card", "…111", True), ("iban", "…456", True), ("phone", "…321", True),
        ("tax_code", "…01u", True),
    }  # fmt: skip
    assert shown["messages"][0]["text"] == OPENER.text
    rest = str({name: value for name, value in shown.items() if name != "messages"})
    assert [one for one in PRIVATE if one in rest] == []


async def test_what_an_edit_says_is_told(router: RunningRouter) -> None:
    comment = chatted("Due mesi!", id_="f1", by="dario", account="page", channel="facebook_page")
    await router.publish(comment, changed(comment, "edit", "Due mesi per 30 €!", id_="f2", after=9))
    await router.told(2)
    assert (await router.complaint(comment.reference))["entities"] == [
        {"kind": "amount", "value": "30.00 EUR", "masked": False}
    ]


async def _found(router: RunningRouter, words: str) -> bool:
    return bool((await router.http.get("/v1/complaints", params={"q": words})).json()["items"])


async def test_no_search_finds_what_is_private(router: RunningRouter) -> None:
    chat = chatted("Mia carta", id_="c1")
    await router.publish(OPENER, chat, changed(chat, "edit", f"La mia carta è {CARD} scaduta", id_="c2", after=9))
    await until(lambda: _found(router, "divano AB-44821"))
    await until(lambda: _found(router, "carta scaduta"))
    parts = [part for one in PRIVATE for part in (one, one.replace(" ", ""), *one.split()) if len(part) > 2]
    assert [part for part in parts if await _found(router, part)] == []


async def test_a_reason_of_staff_travels_masked(router: RunningRouter) -> None:
    await router.publish(OPENER)
    [opened] = await router.told(1)
    door = f"/v1/complaints/{OPENER.reference}"
    queues = [q["queue"] for q in (await router.http.get("/v1/queues")).json()["items"]]
    other = next(queue for queue in queues if queue != opened.decision.queue)
    moved = await router.http.post(f"{door}/transfer", json={"queue": other, "reason": f"paid with {CARD}"})
    assert [one["reason"] for one in moved.json()["transfers"]] == ["paid with …111"]
    filed = await router.http.post(f"{door}/category", json={"category": "payment", "reason": f"IBAN {IBAN}"})
    assert [one["reason"] for one in filed.json()["corrections"]] == ["IBAN …456"]
    assert {event.reason for event in await router.told(3)} == {None, "paid with …111", "IBAN …456"}


@pytest.mark.parametrize("number", [CARD.replace(" ", ""), "IT60X0542811101000000123456", "+393477654321"])
async def test_no_trace_is_left_of_a_private_number(desk: Desk, number: str) -> None:
    one = said(f"Ordine 40123456, pagato con {number}.", id_="1", by="anna@example.test")
    other = said(f"Pacco mai visto! Addebito su {number}?", id_="2", by="bruno@example.test", after=60)
    await desk.file(one, other)
    shapes = default_rulebook().taxonomy.entities
    async with desk.engine.begin() as connection:
        rules = CorrelationFile(same_within=timedelta(days=7), suggest_from=0.3)
        ids = [one.complaint_id, other.complaint_id]
        assert await match(connection, ids, rules=rules, shapes=shapes, now=NOON) == 0
        left = set((await connection.execute(text("SELECT trace FROM router.traces"))).scalars())
    assert _trace_of("40123456") in left
    assert _trace_of("".join(filter(str.isalnum, number)).casefold()) not in left


def _trace_of(number: str) -> int:
    told = Told(
        complaint_id=UUID(int=1), received_at=NOON, category="", name=None, points=frozenset(), verified=frozenset(),
        numbers=frozenset({number}), words=frozenset(),
    )  # fmt: skip
    return traces_of(told)[0]


async def test_words_of_before_are_indexed_anew(router: RunningRouter, desk: Desk) -> None:
    await router.publish(OPENER)
    await until(lambda: _found(router, "divano"))
    migration = import_module("services.router.store.migrations.versions.0006_words_without_private_data")
    async with desk.engine.begin() as connection:
        await connection.execute(text("UPDATE router.message_words SET words = to_tsvector('simple', 'sofa 4111')"))
        await connection.execute(text(migration.EVERYTHING_ANEW))
    await until(lambda: _found(router, "divano"))
    assert not await _found(router, "4111")
