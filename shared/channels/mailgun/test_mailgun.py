"""What only Mailgun does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs
from uuid import UUID

import pytest

from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, DeliveryMalformed
from shared.channel.inbound import InboundMessage, Parsed
from shared.channel.outbound import Means, Outgoing
from shared.channels.mailgun.inbound import MailgunReceives
from shared.channels.mailgun.outbound import MailgunChecks, MailgunSends
from shared.channels.mailgun.specimen import specimen
from tests.contract.channels.specimen import NOW, fixture
from tests.contract.channels.vendor import Vendor, http_client, vendor_on_loopback
from tests.support.mail_relay import TOKEN, read

RECEIVES = MailgunReceives()
URLENCODED = "application/x-www-form-urlencoded"


def _parse(body: bytes, content_type: str = URLENCODED) -> Parsed:
    delivery = Delivery(account="mailgun-1", received_at=NOW, body=body, headers={"content-type": content_type})
    return RECEIVES.parse(delivery, specimen.account)


def _message(body: bytes, content_type: str = URLENCODED) -> InboundMessage:
    (message,) = _parse(body, content_type).messages
    return message


def _multipart(**fields: bytes) -> bytes:
    parts = [f'--b\r\nContent-Disposition: form-data; name="{n}"\r\n\r\n'.encode() + v for n, v in fields.items()]
    return b"\r\n".join((*parts, b"--b--\r\n"))


def test_the_mail_itself_has_the_name_that_a_mailbox_would_give_it() -> None:
    raw = parse_qs(fixture(__file__, "mime.txt").decode())["body-mime"][0].encode()
    by_mailbox = read(b"Received: by another server\r\n" + raw)
    assert _message(fixture(__file__, "mime.txt")).provider_message_id == by_mailbox.provider_message_id


def test_bytes_of_another_charset_survive_the_form() -> None:
    raw = b"From: a@example.test\r\nContent-Type: text/plain; charset=latin1\r\n\r\nPerch\xe9 no"
    body = _multipart(**{"recipient": b"care@acme.test", "body-mime": raw})
    assert _message(body, "multipart/form-data; boundary=b").text == "Perché no"


def test_a_mail_in_pieces_is_read_as_a_mail_and_marked() -> None:
    message = _message(fixture(__file__, "parsed.txt"))
    assert message.text == "Il codice è AB12."
    assert message.full_text is not None
    assert "> Quale?" in message.full_text
    assert (message.sender.email, message.subject) == ("anna@example.test", "Re: Armadio")
    assert message.joins.references == ("<ascolto-00000000-0000-0000-0000-000000000007@acme.test>",)
    assert message.provider_message_id.startswith("<5f1c7a2e92@example.test>#")
    assert "mail_rebuilt" in message.notes


def test_the_files_of_a_mail_in_pieces_keep_every_byte() -> None:
    file = b'--b\r\nContent-Disposition: form-data; name="attachment-1"; filename="foto.png"\r\n'
    file += b"Content-Type: image/png\r\n\r\n\x89PNG\r\n\x00\xff\r\n"
    fields = {"message-headers": b'[["From", "a@example.test"], ["Bad"], 5]', "body-plain": b"Guardate"}
    message = _message(file + _multipart(**fields), "multipart/form-data; boundary=b")
    assert message.text == "Guardate"
    assert [(a.name, a.media_type, a.content) for a in message.attachments] == [
        ("foto.png", "image/png", b"\x89PNG\r\n\x00\xff")
    ]


def test_what_the_envelope_says_counts() -> None:
    body = fixture(__file__, "mime.txt")
    assert _message(body.replace(b"care%40", f"care%2B{TOKEN}%40".encode(), 1)).token == TOKEN
    assert _message(body.replace(b"sender=anna%40example.test", b"sender=")).automatic == "null-sender"


def test_a_form_without_a_mail_is_kept() -> None:
    with pytest.raises(DeliveryMalformed) as malformed:
        _parse(b"recipient=care%40acme.test")
    assert malformed.value.cause == "no_mail"


def test_a_failure_is_told_by_its_code_and_quotes_nobody() -> None:
    (receipt,) = _parse(fixture(__file__, "failed.json"), "application/json").receipts
    assert receipt.provider_message_id == "<ascolto-00000000-0000-0000-0000-000000000007@acme.test>"
    assert (receipt.state, receipt.detail) == ("failed", "Mailgun: 550")
    assert receipt.at == NOW - timedelta(seconds=10)


@pytest.mark.parametrize("event", [{}, {"event-data": []}, {"event-data": {"event": {}}}])
def test_json_that_is_no_event_is_kept(event: dict[str, object]) -> None:
    with pytest.raises(DeliveryMalformed):
        _parse(json.dumps(event).encode(), "application/json")


@pytest.mark.parametrize("told", [{}, {"signature": "x"}, {"signature": {"timestamp": 1795339800, "token": ["x"]}}])
def test_an_event_without_its_proof_is_refused(told: dict[str, object]) -> None:
    headers = {"content-type": "application/json"}
    delivery = Delivery(account="mailgun-1", received_at=NOW, body=json.dumps(told).encode(), headers=headers)
    with pytest.raises(DeliveryForged):
        RECEIVES.authenticate(delivery, specimen.account)


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with vendor_on_loopback() as running:
        yield running


@pytest.fixture
async def means() -> AsyncIterator[Means]:
    async with http_client() as http:
        yield Means(http=http)


async def test_an_answer_threads_says_who_wrote_it_and_carries_its_token(vendor: Vendor, means: Means) -> None:
    assert specimen.answers is not None
    assert specimen.answers.settings is not None
    reply = _message(fixture(__file__, "mime.txt")).reply
    assert reply is not None
    outgoing = Outgoing(
        outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=reply, text="Oggi", reply_token=TOKEN
    )
    account = replace(specimen.account, settings=specimen.answers.settings(vendor.url))
    sent = await MailgunSends().send(outgoing, account, means)
    form = {name: values[0] for name, values in parse_qs(vendor.calls[0].body.decode()).items()}
    assert sent.provider_message_id == form["h:Message-Id"] == f"<ascolto-{UUID(int=7)}@acme.test>"
    assert form["h:In-Reply-To"] == form["h:References"] == "<5f1c7a2e91@example.test>"
    assert form["h:Reply-To"] == f"Acme <care+{TOKEN}@acme.test>"
    assert form["h:Auto-Submitted"] == "auto-replied"
    assert (form["from"], form["to"]) == ("Acme <care@acme.test>", "anna@example.test")


async def test_a_domain_that_may_not_send_yet_is_told(vendor: Vendor, means: Means) -> None:
    assert specimen.answers is not None
    assert specimen.answers.settings is not None
    vendor.body = b'{"domain": {"state": "unverified"}}'
    account = replace(specimen.account, settings=specimen.answers.settings(vendor.url))
    verdict = await MailgunChecks().check(account, means)
    assert not verdict.works
    assert "DNS" in verdict.words
