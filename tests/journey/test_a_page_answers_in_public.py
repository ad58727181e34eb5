"""Under a post everybody reads along: our answer names nobody, and an edit does not wipe out the first words."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field

import httpx

from tests.journey.asking import complaints, only_complaint, whole
from tests.journey.doors import Porch
from tests.support.waiting import until

FIRST = "Sono Dario Rossini, tel. 333 1234567: il pacco non è mai arrivato e nessuno risponde. Vergogna!"
EDITED = "Il pacco non è mai arrivato. Aspetto da due mesi."


@dataclass(frozen=True, kw_only=True)
class Comment:
    """A comment under a post of a connected page."""

    porch: Porch
    account: str
    page: str
    comment_id: str = field(default_factory=lambda: f"c_{secrets.randbelow(10**9)}")

    def tell(self, verb: str, text: str) -> None:
        """Let the vendor tell of it."""
        now = int(time.time())
        value = {
            "item": "comment", "verb": verb, "comment_id": self.comment_id, "post_id": f"{self.page}_1",
            "parent_id": f"{self.page}_1", "from": {"id": "77", "name": "Dario Rossini"}, "created_time": now,
            "message": text,
        }  # fmt: skip
        entry = {"id": self.page, "time": now, "changes": [{"field": "feed", "value": value}]}
        body = json.dumps({"object": "page", "entry": [entry]}).encode()
        mac = hmac.new(b"shh", body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={mac}"}
        self.porch.post(self.account, body, headers)

    def answers(self) -> list[str]:
        """Return what was answered under it."""
        return [call.fields["message"] for call in self.porch.outside.calls_to(f"{self.comment_id}/comments")]


def _comment(porch: Porch) -> Comment:
    page = str(secrets.randbelow(10**14))
    keys = {"app_secret": "shh", "verify_token": "v", "access_token": "t"}
    account = porch.connect("facebook_page", {"page_id": page, "api_base_url": porch.outside.vendor_url}, keys)
    return Comment(porch=porch, account=account, page=page)


def test_the_public_answer_names_nobody(porch: Porch, responder: httpx.Client) -> None:
    comment = _comment(porch)
    comment.tell("add", FIRST)
    reference = only_complaint(responder, comment.account)["reference"]
    [answer] = until("answered", comment.answers)
    assert reference in answer
    assert "privato" in answer
    assert not any(private in answer for private in ("Dario", "Rossini", "333", "1234567"))


def test_an_edit_stands_beside_the_first_words(porch: Porch, responder: httpx.Client, router: httpx.Client) -> None:
    comment = _comment(porch)
    comment.tell("add", FIRST)
    reference = only_complaint(responder, comment.account)["reference"]
    comment.tell("edited", EDITED)
    until("edited", lambda: whole(router, reference)["messages"][0]["edited_at"], within_s=30)
    [message] = whole(router, reference)["messages"]
    assert message["text"] == EDITED
    assert [version["text"] for version in message["versions"]] == [FIRST, EDITED]
    kinds = until("in the ledger", lambda: _kinds(responder, reference), within_s=30)
    assert kinds.count("message_edited") == 1
    assert len(complaints(responder, comment.account)) == 1
    assert len(comment.answers()) == 1


def test_a_comment_that_is_taken_away_stays_a_complaint(
    porch: Porch, responder: httpx.Client, router: httpx.Client
) -> None:
    comment = _comment(porch)
    comment.tell("add", FIRST)
    reference = only_complaint(responder, comment.account)["reference"]
    comment.tell("remove", "")
    kinds = until("in the ledger", lambda: _kinds(responder, reference, "message_removed"), within_s=30)
    assert kinds.count("message_removed") == 1
    [message] = whole(router, reference)["messages"]
    assert (message["text"], bool(message["removed_at"])) == (FIRST, True)
    assert whole(responder, reference)["state"] == "open"
    assert len(complaints(responder, comment.account)) == 1


def _kinds(responder: httpx.Client, reference: str, wanted: str = "message_edited") -> list[str]:
    items = responder.get(f"/v1/complaints/{reference}/timeline").json()["items"]
    kinds = [entry["kind"] for entry in items]
    return kinds if wanted in kinds else []
