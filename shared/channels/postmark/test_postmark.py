"""What only Postmark does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryMalformed, SendingFailed
from shared.channel.inbound import InboundMessage, Parsed
from shared.channel.outbound import Means, Outgoing, Sent
from shared.channels.postmark.inbound import PostmarkReceives
from shared.channels.postmark.outbound import PostmarkChecks, PostmarkSends
from shared.channels.postmark.specimen import specimen
from shared.faults import TryLater
from tests.contract.channels.damage import wrong_types
from tests.contract.channels.specimen import NOW, fixture
from tests.contract.channels.vendor import Vendor, http_client, vendor_on_loopback
from tests.support.mail_relay import TOKEN, read

OURS = f"<ascolto-{UUID(int=7)}@acme.test>"


def _parse(name: str, **change: Any) -> Parsed:
    told = json.loads(fixture(__file__, f"{name}.json")) | change
    delivery = Delivery(account="postmark-1", received_at=NOW, body=json.dumps(told).encode())
    return PostmarkReceives().parse(delivery, specimen.account)


def _message(name: str, **change: Any) -> InboundMessage:
    (message,) = _parse(name, **change).messages
    return message


def test_the_mail_itself_has_the_name_that_a_mailbox_would_give_it() -> None:
    raw = json.loads(fixture(__file__, "mail.json"))["RawEmail"].encode()
    assert _message("mail").provider_message_id == read(raw).provider_message_id


def test_a_mail_in_pieces_is_read_as_a_mail_and_marked() -> None:
    message = _message("pieces")
    assert message.text == "Il codice è AB12."
    assert message.full_text is not None
    assert (message.sender.email, message.subject) == ("anna@example.test", "Re: Armadio")
    assert message.sent_at == NOW - timedelta(seconds=5)
    assert message.reply is not None
    assert message.reply.to == "ufficio@example.test"
    assert message.joins.references == (OURS,)
    assert message.provider_message_id.startswith("<5f1c7a2e92@example.test>#")
    assert [(a.name, a.media_type, a.content) for a in message.attachments] == [("foto.png", "image/png", b"\x89PNG")]
    assert "mail_rebuilt" in message.notes


def test_pieces_of_any_shape_are_survived() -> None:
    for body in list(wrong_types(fixture(__file__, "pieces.json")))[::3]:
        delivery = Delivery(account="postmark-1", received_at=NOW, body=body)
        with suppress(DeliveryMalformed):
            parsed = PostmarkReceives().parse(delivery, specimen.account)
            assert parsed.messages or parsed.ignored


def test_the_recipient_of_the_envelope_brings_the_token() -> None:
    assert _message("mail", OriginalRecipient=f"care+{TOKEN}@acme.test").token == TOKEN


def test_an_event_names_our_mail_and_quotes_nobody() -> None:
    (receipt,) = _parse("failed").receipts
    assert (receipt.provider_message_id, receipt.detail) == (OURS, "Postmark: HardBounce")
    assert receipt.at is not None
    assert NOW - receipt.at < timedelta(seconds=11)
    (receipt,) = _parse("delivered", Metadata={}).receipts
    assert receipt.provider_message_id == "883953f4-6105-42a2-a16a-77a8eac79483"
    assert _parse("delivered", Metadata={}, MessageID=None).unreadable
    assert _parse("delivered", RecordType="OfTomorrow").ignored == 1


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
    reply = _message("mail").reply
    assert reply is not None
    outgoing = Outgoing(
        outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=reply, text="Oggi", reply_token=TOKEN
    )
    return await PostmarkSends().send(outgoing, _account(vendor), means)


async def test_an_answer_threads_and_carries_what_its_fate_will_be_told_by(vendor: Vendor, means: Means) -> None:
    assert (await _send(vendor, means)).provider_message_id == OURS
    said = json.loads(vendor.calls[0].body)
    headers = {h["Name"]: h["Value"] for h in said["Headers"]}
    assert (headers["Message-ID"], headers["X-PM-KeepID"]) == (OURS, "true")
    assert headers["In-Reply-To"] == "<5f1c7a2e91@example.test>"
    assert headers["Auto-Submitted"] == "auto-replied"
    assert said["ReplyTo"] == f"Acme <care+{TOKEN}@acme.test>"
    assert said["Metadata"] == {"ascolto": str(UUID(int=7))}
    assert vendor.calls[0].headers["x-postmark-server-token"] == "server-token-0001"


@pytest.mark.parametrize(
    ("status", "code", "cause"), [(422, 406, "unreachable"), (422, 300, "bad_address"), (422, 401, "credentials")]
)
async def test_a_refusal_is_told_by_postmarks_own_code(
    vendor: Vendor, means: Means, status: int, code: int, cause: str
) -> None:
    vendor.status, vendor.body = status, json.dumps({"ErrorCode": code, "Message": "anna@example.test"}).encode()
    with pytest.raises(SendingFailed) as failed:
        await _send(vendor, means)
    assert failed.value.cause == cause
    assert "anna" not in str(failed.value)


async def test_maintenance_is_waited_for(vendor: Vendor, means: Means) -> None:
    vendor.status, vendor.body = 422, b'{"ErrorCode": 100}'
    with pytest.raises(TryLater):
        await _send(vendor, means)


@pytest.mark.parametrize(
    ("server", "works"),
    [
        ({"InboundHookUrl": "https://x", "RawEmailEnabled": True}, True),
        ({"InboundHookUrl": "https://x", "RawEmailEnabled": False}, False),
        ({"InboundHookUrl": "", "RawEmailEnabled": True}, False),
    ],
)
async def test_the_check_says_what_the_inbound_stream_lacks(
    vendor: Vendor, means: Means, server: dict[str, Any], works: bool
) -> None:
    vendor.body = json.dumps(server).encode()
    assert (await PostmarkChecks().check(_account(vendor), means)).works is works
