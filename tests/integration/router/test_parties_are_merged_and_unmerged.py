"""Two parties that are one person are merged without loss, and unmerged; no answer goes elsewhere for it."""

from __future__ import annotations

from functools import partial
from typing import Any

from services.router.domain.parties import party_of
from shared.contracts.parts import Sender
from shared.contracts.received import MessageReceived
from shared.ids import event_id
from tests.integration.router.running import RunningRouter, until
from tests.integration.router.stories import chatted, said

PHONE = "393331234567"
CHAT = chatted("Il pacco non è arrivato.", id_="chat", by=PHONE)
# Somebody claims Anna's number in a form; on the second line a channel vouches for it.
CLAIM = said("E il rimborso?", id_="form", by="anna@example.test", account="form", channel="web_form", after=60,
             sender=Sender(name="Anna", email="anna@example.test", phone=PHONE))  # fmt: skip
LINE = chatted("Sono ancora io.", id_="line", by="anna.rossi", account="line", after=120,
               sender=Sender(customer_id="C-77", phone=PHONE, verified=("customer_id", "phone")))  # fmt: skip
EVERYBODY = (CHAT, CLAIM, LINE)


def party(message: MessageReceived) -> str:
    """Return the id of who wrote a message."""
    return str(party_of(message.sender, account=message.account, conversation=message.conversation).party_id)


async def _filed(router: RunningRouter) -> dict[str, dict[str, Any]]:
    await router.publish(*EVERYBODY)
    return {m.reference: await until(partial(_shown, router, m)) for m in EVERYBODY}


async def _shown(router: RunningRouter, message: MessageReceived) -> dict[str, Any]:
    answer = await router.http.get(f"/v1/complaints/{message.reference}")
    return answer.json() if answer.status_code == 200 else {}


async def test_a_claim_is_no_proof_and_nothing_is_lost_by_merging(router: RunningRouter) -> None:
    before = await _filed(router)
    chat, claim = f"/v1/parties/{party(CHAT)}", f"/v1/parties/{party(CLAIM)}"
    alone = {path: (await router.http.get(path)).json() for path in (chat, claim)}
    body = {"into": party(CHAT), "reason": "she said so on the phone"}

    refused = await router.http.post(f"{claim}/merge", json=body)
    assert refused.status_code == 409, refused.text
    merged = (await router.http.post(f"{claim}/merge", json=body | {"despite_claims": True})).json()
    assert [one["party_id"] for one in merged["merged"]] == [party(CLAIM)]
    assert {c["reference"] for c in merged["complaints"]} >= {CHAT.reference, CLAIM.reference}
    assert (await router.http.get(claim)).json() == merged, "who was merged is found under either id"
    assert (await router.http.post(f"{claim}/merge", json=body)).status_code == 409
    ring = {"into": party(CLAIM), "reason": "the other way round", "despite_claims": True}
    assert (await router.http.post(f"{chat}/merge", json=ring)).status_code == 409

    after = {m.reference: await router.complaint(m.reference) for m in EVERYBODY}
    assert after == before, "complaints stay with whom they came from"
    assert (await router.http.post(f"{claim}/unmerge")).status_code == 200
    assert {path: (await router.http.get(path)).json() for path in (chat, claim)} == alone
    assert (await router.http.post(f"{claim}/unmerge")).status_code == 409


async def test_what_channels_vouch_for_is_proof_and_each_is_answered_where_they_wrote(router: RunningRouter) -> None:
    await _filed(router)
    line = f"/v1/parties/{party(LINE)}"
    assert party(LINE) != party(CHAT)
    body = {"into": party(CHAT), "reason": "the same number, vouched for twice"}
    done = await router.http.post(f"{line}/merge", json=body)
    assert done.status_code == 200, done.text
    again = chatted("Allora?", id_="again", by=PHONE, after=180)
    await router.publish(again)
    events = await router.told(4)
    addresses = {m.message_id: m.reply.to for m in (*EVERYBODY, again) if m.reply}
    assert {e.message_id: e.reply.to for e in events if e.reply and e.message_id} == addresses


async def test_who_may_merge_and_what_is_wrong_with_a_merge(router: RunningRouter) -> None:
    await _filed(router)
    path, body = f"/v1/parties/{party(CLAIM)}", {"into": party(CHAT), "reason": "the same person"}
    nobody = str(event_id("nobody"))
    reader, none = router.holding("complaints:read"), router.holding("ops:read")
    assert (await router.http.get(path, headers=none)).status_code == 403
    assert (await router.http.post(f"{path}/merge", json=body, headers=reader)).status_code == 403
    assert (await router.http.post(f"{path}/unmerge", headers=reader)).status_code == 403
    assert (await router.http.get(f"/v1/parties/{nobody}")).status_code == 404
    assert (await router.http.post(f"/v1/parties/{nobody}/merge", json=body)).status_code == 404
    assert (await router.http.post(f"{path}/merge", json=body | {"into": nobody})).status_code == 422
    assert (await router.http.post(f"{path}/merge", json=body | {"reason": ""})).status_code == 422
    assert (await router.http.post(f"{path}/merge", json=body | {"into": party(CLAIM)})).status_code == 409
