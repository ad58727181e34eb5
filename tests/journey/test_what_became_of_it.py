"""What became of our answers is told by vendors and mail servers; what customers sent beside words is fetched."""

from __future__ import annotations

import hashlib
import hmac
import json
import secrets
import time
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import httpx
import pytest

from tests.journey.asking import acknowledged, complaints, only_complaint, whole
from tests.journey.doors import COMPLAINT, DOORS, Porch
from tests.journey.mailing import Mailbox, mailbox
from tests.support import calling
from tests.support.waiting import until


@dataclass(frozen=True, kw_only=True)
class Number:
    """A connected WhatsApp number and somebody who writes to it."""

    porch: Porch
    number: str
    account: str
    customer: str = field(default_factory=lambda: f"39{secrets.randbelow(10**10):010}")

    def write(self, **said: Any) -> None:
        """Let the customer write."""
        message = {"from": self.customer, "id": f"wamid.{secrets.token_hex(8)}", "timestamp": str(int(time.time()))}
        self._tell(contacts=[{"wa_id": self.customer}], messages=[message | said])

    def tell_fate(self, message_id: str, state: str) -> None:
        """Let the vendor tell what became of a message of ours."""
        fate = {"id": message_id, "status": state, "timestamp": str(int(time.time())), "recipient_id": self.customer}
        self._tell(statuses=[fate])

    def sent(self) -> list[str]:
        """Return the vendor's ids of what we sent."""
        calls = self.porch.outside.calls_to(f"/{self.number}/messages")
        return [call.answered["messages"][0]["id"] for call in calls]

    def _tell(self, **what: Any) -> None:
        value = {"messaging_product": "whatsapp", "metadata": {"phone_number_id": self.number}} | what
        entry = {"id": "waba", "changes": [{"field": "messages", "value": value}]}
        body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
        mac = hmac.new(b"shh", body, hashlib.sha256).hexdigest()
        headers = {"content-type": "application/json", "x-hub-signature-256": f"sha256={mac}"}
        self.porch.post(self.account, body, headers)


@pytest.fixture
def number(porch: Porch) -> Number:
    name = str(secrets.randbelow(10**14))
    keys = {"app_secret": "shh", "verify_token": "v", "access_token": "t"}
    settings = {"phone_number_id": name, "api_base_url": porch.outside.vendor_url}
    return Number(porch=porch, number=name, account=porch.connect("whatsapp", settings, keys))


def test_the_vendor_tells_that_an_answer_was_delivered(number: Number, responder: httpx.Client) -> None:
    number.write(type="text", text={"body": COMPLAINT})
    reference = only_complaint(responder, number.account)["reference"]
    for _ in range(2):
        number.tell_fate(number.sent()[0], "delivered")
    until("delivered", lambda: _fate(responder, reference) == "delivered", within_s=20)
    assert _kinds(responder, reference).count("acknowledgement_delivered") == 1


def test_a_mail_that_comes_back_was_no_acknowledgement(porch: Porch, responder: httpx.Client) -> None:
    box = mailbox(porch)
    anna = box.customer("anna")
    anna.write(COMPLAINT)
    reference = only_complaint(responder, box.account)["reference"]
    _bounce(box, anna.answer(), of=anna.address)
    until("failed", lambda: _fate(responder, reference) == "failed", within_s=20)
    shown = whole(responder, reference)
    assert {clock["kind"]: clock["state"] for clock in shown["clocks"]}["acknowledge"] != "met"
    assert "acknowledgement_failed" in _kinds(responder, reference)
    assert len(complaints(responder, box.account)) == 1, "a bounce of ours is nobody's complaint"


def test_a_picture_is_fetched_from_the_vendor_and_handed_out(
    number: Number, responder: httpx.Client, router: httpx.Client
) -> None:
    media, content = str(secrets.randbelow(10**15)), b"\xff\xd8\xff" + secrets.token_bytes(70_000)
    number.porch.outside.files[media] = content
    number.write(type="image", image={"id": media, "mime_type": "image/jpeg", "caption": "It came broken."})
    reference = only_complaint(responder, number.account)["reference"]
    [file] = whole(router, reference)["messages"][0]["attachments"]
    handed = until("fetched", lambda: _handed_out(router, file["url"]), within_s=20)
    assert handed == content


@pytest.mark.parametrize("name", sorted(DOORS))
def test_an_agents_answer_goes_out_by_the_door_it_came_by(name: str, porch: Porch, responder: httpx.Client) -> None:
    door = DOORS[name](porch)
    known = {c["reference"] for c in complaints(responder, door.account)}
    door.deliver()
    [reference] = until(
        "at the responder",
        lambda: [c["reference"] for c in complaints(responder, door.account) if c["reference"] not in known],
        within_s=30,
    )
    acknowledged(responder, reference)
    said = responder.post(f"/v1/complaints/{reference}/replies", json={"text": "We are looking into it today."})
    assert said.status_code == 202, said.text
    until("met", lambda: _first_response(responder, reference) == "met", within_s=30)
    assert door.answers() == 2
    assert _kinds(responder, reference)[-1] == "reply_sent"


def _fate(responder: httpx.Client, reference: str) -> str:
    return str(whole(responder, reference)["acknowledgement"]["state"])


def _kinds(responder: httpx.Client, reference: str) -> list[str]:
    items = responder.get(f"/v1/complaints/{reference}/timeline").json()["items"]
    return [entry["kind"] for entry in items]


def _first_response(responder: httpx.Client, reference: str) -> str:
    clocks = whole(responder, reference)["clocks"]
    return str({clock["kind"]: clock["state"] for clock in clocks}["first_response"])


def _handed_out(router: httpx.Client, url: str) -> bytes:
    answer = router.get(url)
    return answer.content if answer.status_code == 200 else b""


def _bounce(box: Mailbox, ours: EmailMessage, *, of: str) -> None:
    """Send what the receiving mail server says of a mail of ours."""
    parts = (
        ("text/plain", "I could not deliver your message."),
        ("message/delivery-status", f"Reporting-MTA: dns; x.test\r\n\r\nFinal-Recipient: rfc822; {of}\r\n"
                                    "Action: failed\r\nStatus: 5.1.1"),
        ("text/rfc822-headers", f"From: {box.address}\r\nMessage-ID: {ours['Message-ID']}"),
    )  # fmt: skip
    head = f"From: mailer-daemon@x.test\r\nTo: {box.address}\r\nMessage-ID: <{secrets.token_hex(8)}@x.test>\r\n"
    head += 'Content-Type: multipart/report; report-type=delivery-status; boundary="b1"\r\n\r\n'
    body = "".join(f"--b1\r\nContent-Type: {kind}\r\n\r\n{said}\r\n\r\n" for kind, said in parts) + "--b1--\r\n"
    calling.mail((head + body).encode(), to=box.address, by="", smtp=box.porch.house.smtp)
