"""What only SendGrid does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, DeliveryMalformed
from shared.channel.inbound import InboundMessage, Parsed
from shared.channel.outbound import Means, Outgoing, Sent
from shared.channels.sendgrid.inbound import SendGridReceives
from shared.channels.sendgrid.outbound import SendGridChecks, SendGridSends
from shared.channels.sendgrid.specimen import specimen
from shared.clock import SystemClock
from shared.faults import TryLater
from tests.contract.channels.specimen import NOW, fixture
from tests.contract.channels.vendor import Vendor, http_client, vendor_on_loopback
from tests.support.mail_relay import TOKEN, read

OURS = f"<ascolto-{UUID(int=7)}@acme.test>"
FORM = "multipart/form-data; boundary=xYzZY"


def _parse(body: bytes, content_type: str = FORM) -> Parsed:
    delivery = Delivery(account="sendgrid-1", received_at=NOW, body=body, headers={"content-type": content_type})
    return SendGridReceives().parse(delivery, specimen.account)


def _message(body: bytes) -> InboundMessage:
    (message,) = _parse(body).messages
    return message


def test_the_mail_itself_has_the_name_that_a_mailbox_would_give_it() -> None:
    body = fixture(__file__, "raw.txt")
    raw = body.partition(b"\r\n\r\n")[2].partition(b"\r\n--xYzZY")[0]
    assert _message(body).provider_message_id == read(raw).provider_message_id


def test_each_piece_of_a_mail_is_read_in_its_own_charset() -> None:
    message = _message(fixture(__file__, "pieces.txt"))
    assert message.text == "Perché il codice è AB12?"
    assert message.full_text is not None
    assert (message.sender.email, message.subject) == ("anna@example.test", "Re: Armadio")
    assert message.joins.references == (OURS,)
    assert [(a.name, a.media_type, a.content) for a in message.attachments] == [
        ("foto.png", "image/png", b"\x89PNG\r\n\x00\xff")
    ]
    assert "mail_rebuilt" in message.notes


@pytest.mark.parametrize("strange", [b"x", b"[]", b'{"to": "x", "from": 5}', b'{"to": [5, []]}', b"[" * 5000])
def test_an_envelope_of_any_shape_is_survived(strange: bytes) -> None:
    body = fixture(__file__, "raw.txt")
    assert _message(body.replace(b'{"to": ["care@acme.test"], "from": "anna@example.test"}', strange)).text


def test_what_the_envelope_says_counts() -> None:
    body = fixture(__file__, "raw.txt")
    assert _message(body.replace(b'["care@', f'["care+{TOKEN}@'.encode())).token == TOKEN
    assert _message(body.replace(b'"from": "anna@example.test"', b'"from": ""')).automatic == "null-sender"


def test_a_form_without_a_mail_is_kept() -> None:
    with pytest.raises(DeliveryMalformed) as malformed:
        _parse(b'--xYzZY\r\nContent-Disposition: form-data; name="to"\r\n\r\nx\r\n--xYzZY--\r\n')
    assert malformed.value.cause == "no_mail"


def test_a_batch_of_events_is_read_one_by_one() -> None:
    events: list[Any] = []
    for name in ("delivered", "failed", "opened"):
        events += json.loads(fixture(__file__, f"{name}.json"))
    events += [5, {"event": []}, {"event": "bounce"}]
    parsed = _parse(json.dumps(events).encode(), "application/json")
    assert [(r.provider_message_id, r.state, r.detail) for r in parsed.receipts] == [
        (OURS, "delivered", None),
        (OURS, "failed", "SendGrid: bounce 5.1.1"),
    ]
    assert (parsed.ignored, len(parsed.unreadable)) == (1, 3)


def test_a_mails_key_proves_no_events() -> None:
    without = replace(specimen.account, secrets={**specimen.account.secrets, "event_key": ()})
    with pytest.raises(DeliveryForged):
        SendGridReceives().authenticate(specimen.ignored["opened"], without)
    SendGridReceives().authenticate(specimen.ignored["opened"], specimen.account)


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with vendor_on_loopback() as running:
        yield running


@pytest.fixture
async def means() -> AsyncIterator[Means]:
    async with http_client() as http:
        yield Means(http=http)


def _account(vendor: Vendor) -> Account:
    assert specimen.answers is not None
    assert specimen.answers.settings is not None
    return replace(specimen.account, settings=specimen.answers.settings(vendor.url))


async def _send(vendor: Vendor, means: Means) -> Sent:
    reply = _message(fixture(__file__, "raw.txt")).reply
    assert reply is not None
    outgoing = Outgoing(
        outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=reply, text="Oggi", reply_token=TOKEN
    )
    return await SendGridSends().send(outgoing, _account(vendor), means)


async def test_an_answer_threads_and_carries_what_its_fate_will_be_told_by(vendor: Vendor, means: Means) -> None:
    vendor.status = 202
    assert (await _send(vendor, means)).provider_message_id == OURS
    said = json.loads(vendor.calls[0].body)
    assert said["headers"]["Message-ID"] == said["custom_args"]["ascolto"] == OURS
    assert said["headers"]["In-Reply-To"] == "<5f1c7a2e91@example.test>"
    assert said["reply_to"] == {"email": f"care+{TOKEN}@acme.test", "name": "Acme"}
    assert said["personalizations"] == [{"to": [{"email": "anna@example.test"}]}]


async def test_a_limit_ends_when_sendgrid_says(vendor: Vendor, means: Means) -> None:
    vendor.status = 429
    now = int(SystemClock().now().timestamp())
    for reset, waits in ((str(now + 30), range(25, 31)), (str(now - 30), range(1))):
        vendor.headers = {"x-ratelimit-reset": reset}
        with pytest.raises(TryLater) as later:
            await _send(vendor, means)
        assert later.value.wait is not None
        assert later.value.wait.total_seconds() in waits


@pytest.mark.parametrize("reset", ["soon", "", "9" * 40])
async def test_a_strange_end_of_a_limit_is_survived(vendor: Vendor, means: Means, reset: str) -> None:
    vendor.status, vendor.headers = 429, {"x-ratelimit-reset": reset}
    with pytest.raises(TryLater) as later:
        await _send(vendor, means)
    assert later.value.wait is None or later.value.wait <= timedelta(hours=1)


async def test_a_key_that_may_not_send_is_told(vendor: Vendor, means: Means) -> None:
    vendor.body = b'{"scopes": ["stats.read"]}'
    verdict = await SendGridChecks().check(_account(vendor), means)
    assert not verdict.works
    assert "mail.send" in verdict.words
