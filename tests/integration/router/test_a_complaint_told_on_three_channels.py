"""One customer chases on three channels: one piece of work, three conversations, each answered where it was asked."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec import structs

from services.router.settings import RouterSettings
from services.router.usecases.match import match
from shared.contracts.parts import ReplyAddress, Sender
from shared.contracts.received import MessageReceived
from shared.ids import event_id
from shared.rulebook.entities import EntityShapes
from shared.rulebook.taxonomy import CorrelationFile
from tests.integration.router.running import RunningRouter, running_router, until
from tests.integration.router.stories import NOON, Desk, chatted, quoting, said, with_token

RULES = CorrelationFile(same_within=timedelta(days=7), suggest_from=0.55, link_from=0.93)
TEXT = "Il pacco dell'ordine 40123456 risulta consegnato ma qui non è arrivato niente, rivoglio i soldi."
PHONE = "393331234567"
SHAPES = EntityShapes()

MAIL = said(TEXT, id_="mail", by="anna@example.test")
FORM = said(
    TEXT, id_="form", by="form-1", account="form", channel="web_form", after=3600,
    sender=Sender(name="Anna", email="anna@example.test", phone=PHONE),
    reply=ReplyAddress(account="form", channel="web_form", to="anna@example.test"),
)  # fmt: skip
CHAT = chatted("Allora, questo ordine 40123456? Nessuno risponde.", id_="chat", by=PHONE, after=7200)
STRANGER = said(
    "Il frigorifero fa rumore da ieri sera e nessuno viene.", id_="other", by="bruno@example.test", after=60
)
THREE = (MAIL, FORM, CHAT)


async def _match(desk: Desk, *messages: MessageReceived, rules: CorrelationFile = RULES) -> None:
    async with desk.engine.begin() as connection:
        await match(connection, [m.complaint_id for m in messages], rules=rules, shapes=SHAPES, now=NOON)


async def _pairs(desk: Desk) -> dict[frozenset[Any], str]:
    return {frozenset(pair): state for *pair, state in await desk.links()}


async def test_they_are_found_in_any_order_and_linked_when_sure(desk: Desk) -> None:
    await desk.file(CHAT, STRANGER)
    await _match(desk, CHAT, STRANGER)
    assert await _pairs(desk) == {}
    await desk.file(FORM)
    await _match(desk, FORM)
    await desk.file(MAIL)
    await _match(desk, MAIL)
    mail, form, chat = (m.complaint_id for m in THREE)
    assert await _pairs(desk) == {
        frozenset({mail, form}): "accepted", frozenset({form, chat}): "suggested", frozenset({mail, chat}): "suggested",
    }  # fmt: skip
    before = await desk.links()
    await _match(desk, *THREE, STRANGER)
    assert await desk.links() == before, "looked at again, nothing changes"
    assert (form, mail, "accepted") in before, "the newer one names the older"


async def test_a_week_later_it_is_another_complaint(desk: Desk) -> None:
    late = structs.replace(FORM, received_at=NOON + timedelta(days=8))
    await desk.file(MAIL, late)
    await _match(desk, MAIL, late)
    assert await desk.links() == set()


async def test_without_a_threshold_nothing_is_linked_by_itself(desk: Desk) -> None:
    await desk.file(MAIL, FORM)
    await _match(desk, MAIL, FORM, rules=CorrelationFile())
    assert {state for *_, state in await desk.links()} == {"suggested"}


async def test_a_text_that_a_hundred_people_send_links_nobody(desk: Desk) -> None:
    crowd = [said(f"{TEXT[:-1]}!".replace("40123456", ""), id_=f"c{n}", by=f"c{n}@example.test") for n in range(100)]
    await desk.file(*crowd)
    await _match(desk, *crowd)
    assert await desk.links() == set()


async def test_no_answer_goes_to_a_contact_point_that_did_not_write(desk: Desk) -> None:
    """Whatever is quoted, proved, linked and accepted, an announced reply address is that of the message at hand."""
    for seed in range(12):
        chance = random.Random(seed)
        sent: list[MessageReceived] = []
        for number in range(14):
            by = chance.choice(["anna@example.test", "bruno@example.test", PHONE, "393330000000"])
            make = said if "@" in by else chatted
            message = make(
                chance.choice([TEXT, "Novità?", CHAT.text]), id_=f"{seed}.{number}", by=by, after=number * 60
            )
            if sent and (kind := chance.choice([None, None, quoting, with_token])) is not None:
                message = kind(message, chance.choice(sent))
            sent.append(message)
        await desk.file(*sent[:7])
        await desk.file(*sent[7:])
        filed = {row.complaint_id for row in await desk.rows("SELECT complaint_id FROM router.complaints")}
        await _match(desk, *(m for m in sent if m.complaint_id in filed))
        await _accept_all(desk)
    written = {(row.complaint_id, row.message_id) for row in await desk.rows(
        "SELECT complaint_id, message_id FROM router.messages")}  # fmt: skip
    addresses = {
        row.message_id: row.to
        for row in await desk.rows("SELECT message_id, content #>> '{reply,to}' AS to FROM router.messages")
    }
    announced = [event for event in await desk.announced() if event.reply is not None]
    assert len(announced) > 50
    assert {state for *_, state in await desk.links()} == {"accepted"}
    for event in announced:
        assert event.reply is not None
        assert event.message_id is not None
        assert (event.complaint_id, event.message_id) in written
        assert event.reply.to == addresses[event.message_id]


async def _accept_all(desk: Desk) -> None:
    async with desk.engine.begin() as connection:
        await connection.exec_driver_sql("UPDATE router.links SET state = 'accepted'")


async def test_an_agent_sees_one_piece_of_work_and_may_take_links_back(
    database_url: str, kafka_bootstrap_servers: str, topic_prefix: str, tmp_path: Path
) -> None:
    settings = RouterSettings(
        database_url=database_url, kafka_bootstrap_servers=kafka_bootstrap_servers, topic_prefix=topic_prefix,
        house_key_file=tmp_path / "house.key", blob_url=f"file:{tmp_path}/blobs", watch_every_s=0.1,
    )  # fmt: skip
    async with running_router(settings) as router:
        await router.publish(*THREE, STRANGER)
        links = await until(lambda: _links(router, 3))
        assert {link["evidence"]["by"] for link in links} == {"likeness"}
        [linked] = [link for link in links if link["state"] == "accepted"]
        assert (linked["reference"], linked["other_reference"]) == (FORM.reference, MAIL.reference)
        assert linked["settled_by"] == "rulebook"
        assert {"contact_point", "number", "text"} <= set(linked["evidence"]["signs"])
        assert await _work(router, MAIL) == [MAIL.reference, FORM.reference]

        [chased] = [x for x in links if {x["reference"], x["other_reference"]} == {CHAT.reference, MAIL.reference}]
        done = await router.http.post(f"/v1/links/{chased['link_id']}/accept")
        assert done.status_code == 200, done.text
        for message in THREE:
            assert await _work(router, message) == [m.reference for m in THREE]
        assert [w["channel"] for w in (await router.complaint(MAIL.reference))["work"]] == [m.channel for m in THREE]

        undone = await router.http.post(f"/v1/links/{linked['link_id']}/undo")
        assert (undone.json()["state"], undone.json()["settled_by"]) == ("suggested", None)
        assert await _work(router, MAIL) == [MAIL.reference, CHAT.reference]
        assert await _work(router, FORM) == [FORM.reference]
        events = await router.told(4)
        assert {e.reference: e.reply.to for e in events if e.reply} == {
            m.reference: m.reply.to for m in (*THREE, STRANGER) if m.reply
        }
        assert len((await router.http.get("/v1/links", params={"state": "suggested"})).json()["items"]) == 2
        page = (await router.http.get("/v1/links", params={"limit": 1})).json()
        assert page["next_cursor"]
        assert (await router.http.post(f"/v1/links/{event_id('no')}/undo")).status_code == 404
        reader = router.holding("complaints:read")
        assert (await router.http.post(f"/v1/links/{linked['link_id']}/undo", headers=reader)).status_code == 403


async def _links(router: RunningRouter, n: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await router.http.get("/v1/links")).json()["items"]
    return items if len(items) >= n else []


async def _work(router: RunningRouter, message: MessageReceived) -> list[str]:
    return [one["reference"] for one in (await router.complaint(message.reference))["work"]]
