"""What an agent does with complaints over HTTP, on a whole router."""

from __future__ import annotations

from typing import Any

import httpx
import msgspec

from shared.blobs import Blobs, media_key
from shared.contracts.parts import Attachment, Sender
from shared.ids import event_id
from shared.web.lists import Cursor
from tests.integration.router.running import RunningRouter, until
from tests.integration.router.stories import changed, chatted, quoting, said, told

LATE = said("Il corriere ha segnato consegnato ma il pacco non è mai arrivato.", id_="m1@x.test", subject="Pacco")


async def _settled(router: RunningRouter, n: int) -> list[dict[str, Any]]:
    async def listed() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await router.http.get("/v1/complaints", params={"limit": 500})).json()["items"]
        return items if len(items) >= n else []

    return await until(listed)


def _refused(answer: httpx.Response, status: int, *pointers: str) -> None:
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert [e["pointer"] for e in answer.json().get("errors", [])] == list(pointers)


async def test_a_complaint_is_shown_whole(router: RunningRouter) -> None:
    content = b"<script>alert(1)</script>"
    blob = await Blobs(router.settings.blob_url).keep(content)
    attachment_id = event_id("attachment", "m1")
    file = Attachment(attachment_id=attachment_id, name="scontrino è.html", media_type="text/html", blob=blob)
    opener = msgspec.structs.replace(LATE, attachments=(file,), sender=Sender(name="Anna", email="anna@example.test"))
    stranger = quoting(said("Dove sta?", id_="x1@x.test", by="mallory@example.test"), opener)
    await router.publish(opener)
    await _settled(router, 1)
    await router.publish(stranger, quoting(said("Novità?", id_="m2@x.test", after=9), opener))
    await _settled(router, 2)

    shown = await until(lambda: _with_messages(router, opener.reference, 2))
    assert [m["text"] for m in shown["messages"]] == [LATE.text, "Novità?"]
    assert [m["joined_by"] for m in shown["messages"]] == ["opened", "quoted"]
    assert shown["party"]["contact_points"][0]["value"] == "anna@example.test"
    assert (shown["language"], shown["category"]) == ("it", "delivery")
    assert shown["decision"]["because"]["rule"]
    assert shown["received_at"] == "2026-11-20T12:00:00Z"
    assert [link["reference"] for link in shown["links"]] == [stranger.reference]
    [listed] = shown["messages"][0]["attachments"]
    assert (listed["name"], listed["size_bytes"], listed["sha256"]) == (file.name, len(content), blob.sha256)

    got = await router.http.get(listed["url"])
    assert got.content == content
    assert got.headers["content-disposition"].startswith("attachment;")
    assert got.headers["x-content-type-options"] == "nosniff"
    assert got.headers["content-type"] == "application/octet-stream"
    _refused(await router.http.get(f"/v1/complaints/{stranger.reference}/attachments/{attachment_id}"), 404)


async def test_a_file_that_the_vendor_gives_later_is_read_once_it_is_there(router: RunningRouter) -> None:
    attachment_id = event_id("attachment", "voice", 0)
    file = Attachment(attachment_id=attachment_id, name="voice.ogg", media_type="audio/ogg", note="still to be fetched")
    opener = chatted("Ascoltate!", id_="voice", attachments=(file,))
    await router.publish(opener)
    await _settled(router, 1)
    url = f"/v1/complaints/{opener.reference}/attachments/{attachment_id}"
    _refused(await router.http.get(url), 404)
    await Blobs(router.settings.blob_url).keep_as(media_key(attachment_id), b"OggS")
    assert (await router.http.get(url)).content == b"OggS"


async def _with_messages(router: RunningRouter, reference: str, n: int) -> dict[str, Any]:
    shown = await router.complaint(reference)
    return shown if len(shown["messages"]) >= n else {}


async def test_an_edit_is_shown_beside_the_first_words(router: RunningRouter) -> None:
    comment = chatted("Due mesi!", id_="f1", by="dario", account="page", channel="facebook_page")
    await router.publish(comment, changed(comment, "edit", "Due mesi! Vergogna.", id_="f2", after=9))
    await router.publish(changed(comment, "removal", id_="f3", after=10))
    await router.told(3)
    [message] = (await router.complaint(comment.reference))["messages"]
    assert message["text"] == "Due mesi! Vergogna."
    assert [v["text"] for v in message["versions"]] == ["Due mesi!", "Due mesi! Vergogna."]
    assert message["removed_at"] == "2026-11-20T12:00:10Z"


async def test_a_transfer_is_counted_told_and_marked_when_it_goes_back(router: RunningRouter) -> None:
    await router.publish(LATE)
    [listed] = await _settled(router, 1)
    door, first = f"/v1/complaints/{LATE.reference}/transfer", listed["queue"]
    other = next(
        q["queue"] for q in (await router.http.get("/v1/queues")).json()["items"] if q["queue"] != first
    )  # fmt: skip
    _refused(await router.http.post(door, json={"queue": "nowhere", "reason": "because"}), 422, "/queue")
    _refused(await router.http.post(door, json={"queue": first, "reason": "because"}), 409)
    _refused(await router.http.post(door, json={"queue": other}), 422, "/reason")
    _refused(await router.http.post("/v1/complaints/ZZZZZZZZZ/transfer", json={"queue": other, "reason": "abc"}), 404)

    key = router.holding("complaints:act")
    away = await router.http.post(door, json={"queue": other, "reason": "not ours"}, headers=key)
    assert (away.status_code, away.json()["queue"], away.json()["bounced"]) == (200, other, False)
    back = (await router.http.post(door, json={"queue": first, "reason": "nor ours"})).json()
    assert [(t["from_queue"], t["to_queue"], t["back_and_forth"]) for t in back["transfers"]] == [
        (first, other, False), (other, first, True)
    ]  # fmt: skip
    assert (back["bounced"], back["decision"]["queue"], back["transfers"][0]["by"]) == (True, first, "key:anna")

    events = await router.told(3)
    assert [(e.kind, e.sequence, e.previous_queue, e.decision.queue) for e in events] == [
        ("opened", 1, None, first), ("transferred", 2, first, other), ("transferred", 3, other, first)
    ]  # fmt: skip

    async def sizes() -> bool:
        items = (await router.http.get("/v1/queues")).json()["items"]
        return [(q["queue"], q["open"]) for q in items if q["open"]] == [(first, 1)]

    await until(sizes)


async def test_a_correction_lets_the_rulebook_decide_again(router: RunningRouter) -> None:
    await router.publish(LATE)
    [before] = await _settled(router, 1)
    door = f"/v1/complaints/{LATE.reference}/category"
    _refused(await router.http.post(door, json={"category": "weather", "reason": "read it"}), 422, "/category")
    wrong = {"category": "billing", "subcategory": "late", "reason": "read it"}
    _refused(await router.http.post(door, json=wrong), 422, "/subcategory")

    answer = await router.http.post(door, json={"category": "billing", "reason": "it is about the bill"})
    shown = answer.json()
    assert (answer.status_code, shown["category"]) == (200, "billing")
    assert shown["queue"] != before["queue"]
    assert [(c["from_category"], c["to_category"]) for c in shown["corrections"]] == [("delivery", "billing")]
    _refused(await router.http.post(door, json={"category": "billing", "reason": "again"}), 409)
    events = await router.told(3)
    assert [(e.kind, e.sequence) for e in events] == [("opened", 1), ("recategorised", 2), ("transferred", 3)]
    assert {e.decision.category for e in events[1:]} == {"billing"}


async def test_a_link_is_accepted_and_taken_back(router: RunningRouter) -> None:
    await router.publish(LATE)
    await _settled(router, 1)
    await router.publish(quoting(said("Mio!", id_="x1@x.test", by="mallory@example.test"), LATE))
    await _settled(router, 2)
    [link] = (await router.complaint(LATE.reference))["links"]
    for answer, state in (("accept", "accepted"), ("accept", "accepted"), ("reject", "rejected")):
        done = await router.http.post(f"/v1/links/{link['link_id']}/{answer}")
        assert (done.status_code, done.json()["state"]) == (200, state)
    [settled] = (await router.complaint(LATE.reference))["links"]
    assert (settled["state"], settled["settled_by"]) == ("rejected", "key:service")
    _refused(await router.http.post(f"/v1/links/{event_id('no')}/accept"), 404)


async def test_the_list_is_filtered_searched_and_paged(router: RunningRouter) -> None:
    mails = [said(f"The delivery is late, parcel {n}.", id_=f"p{n}@x.test", after=n) for n in range(7)]
    chat = chatted("Mi avete addebitato due volte la fattura", id_="c1", after=99)
    await router.publish(*mails, chat)
    await _settled(router, 8)
    await router.publish_records(told(mails[0], "closed", state="closed", sequence=3, after=200))

    async def found(**asked: str) -> list[str]:
        answer = await router.http.get("/v1/complaints", params=asked)
        assert answer.status_code == 200, answer.text
        return [item["reference"] for item in answer.json()["items"]]

    newest_first = [m.reference for m in (chat, *reversed(mails))]
    assert await found() == newest_first
    assert await found(channel="whatsapp") == await found(account="chat") == [chat.reference]
    assert await found(category="delivery", language="en") == newest_first[1:]
    assert await found(severity="S1") == await found(queue="nowhere") == []
    assert await found(**{"from": "2026-11-20T12:00:05Z", "to": "2026-11-20T12:00:06Z"}) == [mails[5].reference]
    assert await until(lambda: found(state="closed")) == [mails[0].reference]
    assert await until(lambda: found(q="addebitato fattura")) == [chat.reference]
    assert await found(q=mails[3].reference.lower()) == [mails[3].reference]
    assert await found(q="addebitato parcel") == []

    pages, cursor = [], None
    while True:
        asked = {"limit": "3"} | ({"cursor": cursor} if cursor else {})
        page = (await router.http.get("/v1/complaints", params=asked)).json()
        pages.append([item["reference"] for item in page["items"]])
        if len(pages) == 1:
            late = said("late again", id_="p9@x.test", after=500)
            await router.publish(late)
            await until(lambda: found(**{"from": "2026-11-20T12:08:00Z"}))
        if not (cursor := page["next_cursor"]):
            break
    assert pages == [newest_first[0:3], newest_first[3:6], newest_first[6:8]]
    _refused(await router.http.get("/v1/complaints", params={"cursor": "nonsense"}), 422, "query:cursor")
    _refused(await router.http.get("/v1/complaints", params={"limit": "0"}), 422, "query:limit")
    _refused(await router.http.get("/v1/complaints", params={"from": "yesterday"}), 422, "query:from")
    _refused(await router.http.get("/v1/complaints", params={"from": "0001-01-01T00:00:00+14:00"}), 422, "query:from")
    _refused(await router.http.get("/v1/complaints", params={"q": "a\0b"}), 422, "query:q")
    _refused(await router.http.get("/v1/complaints", params={"account": "\0"}), 422, "query:account")
    _refused(await router.http.get("/v1/complaints/%00"), 422, "path:reference")
    edge = Cursor.encode({"at": "0001-01-01T00:00:00+14:00", "id": str(event_id("x"))})
    _refused(await router.http.get("/v1/complaints", params={"cursor": edge}), 422, "query:cursor")
    for words in ('"', "' OR 1=1 --", ":* & !", "😀"):
        assert (await router.http.get("/v1/complaints", params={"q": words})).status_code == 200, words


async def test_each_door_asks_for_its_scope(router: RunningRouter) -> None:
    await router.publish(LATE)
    await _settled(router, 1)
    nothing = httpx.AsyncClient(transport=httpx.ASGITransport(app=router.app), base_url="http://router")
    doors = [
        ("GET", "/v1/complaints", "complaints:read"),
        ("GET", f"/v1/complaints/{LATE.reference}", "complaints:read"),
        ("GET", "/v1/queues", "complaints:read"),
        ("POST", f"/v1/complaints/{LATE.reference}/transfer", "complaints:act"),
        ("POST", f"/v1/complaints/{LATE.reference}/category", "complaints:act"),
        ("POST", f"/v1/links/{event_id('no')}/accept", "complaints:act"),
        ("POST", "/v1/rulebooks/check", "rulebook:admin"),
        ("GET", "/v1/dead-letters", "deliveries:admin"),
        ("POST", f"/v1/dead-letters/{event_id('no')}/replay", "deliveries:admin"),
    ]
    async with nothing:
        for method, path, scope in doors:
            _refused(await nothing.request(method, path), 401)
            others = router.holding("complaints:write", "ops:read")
            _refused(await nothing.request(method, path, headers=others, json={}), 403)
            allowed = await nothing.request(method, path, headers=router.holding(scope), json={})
            assert allowed.status_code not in (401, 403), path
