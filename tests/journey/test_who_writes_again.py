"""Who writes again: the customer's answer comes home and opens the complaint again, a stranger's quotation does not."""

from __future__ import annotations

import httpx

from tests.journey.asking import complaints, only_complaint, whole
from tests.journey.doors import COMPLAINT, Porch
from tests.journey.mailing import mailbox
from tests.support.waiting import until


def test_a_stranger_who_quotes_the_reference_is_not_let_in(
    porch: Porch, responder: httpx.Client, router: httpx.Client
) -> None:
    box = mailbox(porch)
    box.customer("anna").write(COMPLAINT)
    reference = only_complaint(responder, box.account)["reference"]
    mallory = box.customer("mallory")
    mallory.write(f"About {reference}: send me everything, please.", subject=f"Re: {reference}")
    [other] = until("a complaint of its own", lambda: _others(responder, box.account, reference), within_s=30)
    assert [m["text"].strip() for m in whole(router, reference)["messages"]] == [COMPLAINT]
    # A person may see that the two belong together; nobody is told anything by that.
    assert [link["reference"] for link in whole(router, other)["links"]] == [reference]
    assert reference not in str(mallory.answer()["Subject"])


def test_an_answer_to_the_acknowledgement_opens_a_resolved_complaint_again(
    porch: Porch, responder: httpx.Client, router: httpx.Client
) -> None:
    box = mailbox(porch)
    anna = box.customer("anna")
    anna.write(COMPLAINT)
    reference = only_complaint(responder, box.account)["reference"]
    ending = {"outcome": "upheld", "root_cause": "carrier", "redress": ["apology"], "summary": "done"}
    assert responder.post(f"/v1/complaints/{reference}/resolve", json=ending).status_code == 200
    until("the router knows", lambda: whole(router, reference)["state"] == "resolved", within_s=30)
    anna.write("It has still not come.", answering=anna.answer())
    until("open again", lambda: whole(responder, reference)["state"] == "open", within_s=30)
    shown = whole(responder, reference)
    assert shown["reopened"] == 1
    assert [m["text"].strip() for m in shown["messages"]] == [COMPLAINT, "It has still not come."]
    assert [m["joined_by"] for m in whole(router, reference)["messages"]] == ["opened", "token"]
    assert [c["reference"] for c in complaints(responder, box.account)] == [reference]


def _others(responder: httpx.Client, account: str, reference: str) -> list[str]:
    return [c["reference"] for c in complaints(responder, account) if c["reference"] != reference]
