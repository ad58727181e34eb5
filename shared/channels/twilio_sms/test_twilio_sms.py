"""What only SMS by Twilio does."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import parse_qs, urlencode
from uuid import UUID

import httpx
import pytest

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, DeliveryMalformed, SendingFailed
from shared.channel.inbound import InboundMessage, Parsed
from shared.channel.outbound import Means, Outgoing
from shared.channels.twilio_sms import channel
from shared.channels.twilio_sms.inbound import STOP_WORDS, TwilioReceives
from shared.channels.twilio_sms.outbound import TwilioSends
from shared.channels.twilio_sms.settings import TwilioSettings
from shared.channels.twilio_sms.specimen import specimen
from shared.faults import TryLater
from tests.contract.channels.specimen import NOW, fixture
from tests.contract.channels.vendor import Vendor, vendor_on_loopback

RECEIVES = TwilioReceives()
SMS = dict(parse_qs(fixture(__file__, "sms.txt").decode()).items())


def _parse(body: bytes) -> Parsed:
    return RECEIVES.parse(Delivery(account="sms-1", received_at=NOW, body=body), specimen.account)


def _message(**change: str) -> InboundMessage:
    (message,) = _parse(urlencode({name: values[0] for name, values in SMS.items()} | change).encode()).messages
    return message


def test_a_sender_is_known_by_a_number_that_twilio_vouches_for() -> None:
    message = _message()
    assert (message.sender.phone, message.sender.verified) == ("+393331112233", ("phone",))
    assert message.threaded


def test_twilio_is_told_to_say_nothing_in_our_name() -> None:
    answer = _parse(fixture(__file__, "sms.txt")).answer
    assert (answer.status, answer.body, answer.media_type) == (200, b"<Response/>", "text/xml")


def test_an_mms_brings_its_files_to_fetch() -> None:
    (message,) = _parse(fixture(__file__, "mms.txt")).messages
    assert message.text == "[media]"
    assert [(a.name, a.media_type) for a in message.attachments] == [
        ("media-1.jpeg", "image/jpeg"),
        ("media-2.pdf", "application/pdf"),
    ]


@pytest.mark.parametrize("many", ["", "x", "-1", "99999999999", "²"])
def test_a_strange_number_of_files_is_survived(many: str) -> None:
    assert _message(NumMedia=many).attachments == ()


@pytest.mark.parametrize("word", [*sorted(STOP_WORDS), " STOP. ", "Stop!"])
def test_who_says_stop_is_filed_and_not_answered_automatically(word: str) -> None:
    assert _message(Body=word).automatic == "opt_out"


def test_a_sentence_with_stop_in_it_is_answered() -> None:
    assert _message(Body="Please stop ignoring me").automatic is None


def test_bytes_that_are_no_letters_are_kept() -> None:
    with pytest.raises(DeliveryMalformed) as malformed:
        _parse(b"MessageSid=SM1&From=%2B39&Body=%ff%fe")
    assert malformed.value.cause == "not_utf8"


def test_the_body_of_a_json_request_is_proven_by_its_hash() -> None:
    body = json.dumps({"MessageSid": "SM1", "From": "+39", "Body": "x"}).encode()
    delivery = Delivery(
        account="sms-1",
        received_at=NOW,
        body=body,
        query="bodySHA256=" + "0" * 64,
        headers={"content-type": "application/json", "x-twilio-signature": "x"},
    )
    with pytest.raises(DeliveryForged):
        RECEIVES.authenticate(delivery, specimen.account)


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with vendor_on_loopback() as running:
        yield running


def _account(vendor: Vendor) -> Account:
    settings = TwilioSettings(
        account_sid="AC" + "0" * 32, from_number="+390299990000", public_url="https://a.test/x", api_base_url=vendor.url
    )
    return replace(specimen.account, settings=settings)


async def _send(vendor: Vendor, message: InboundMessage) -> dict[str, list[str]]:
    assert message.reply is not None
    outgoing = Outgoing(
        outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=message.reply, text="Sì, oggi"
    )
    async with httpx.AsyncClient(trust_env=False) as http:
        await TwilioSends().send(outgoing, _account(vendor), Means(http=http))
    return parse_qs(vendor.calls[0].body.decode())


async def test_an_answer_comes_from_the_number_that_was_written_to(vendor: Vendor) -> None:
    form = await _send(vendor, _message(To="+390288880000"))
    assert form == {
        "To": ["+393331112233"],
        "From": ["+390288880000"],
        "Body": ["Sì, oggi"],
        "StatusCallback": ["https://a.test/x"],
    }
    credentials = base64.b64encode(f"AC{'0' * 32}:auth-token-0001".encode()).decode()
    assert vendor.calls[0].headers["authorization"] == f"Basic {credentials}"


@pytest.mark.parametrize(("code", "cause"), [(21610, "opted_out"), (21211, "unreachable"), (20003, "credentials")])
async def test_a_refusal_is_told_by_twilios_own_code(vendor: Vendor, code: int, cause: str) -> None:
    vendor.status, vendor.body = 400, json.dumps({"code": code, "message": "+393331112233"}).encode()
    with pytest.raises(SendingFailed) as failed:
        await _send(vendor, _message())
    assert failed.value.cause == cause
    assert "333" not in str(failed.value)


async def test_a_full_queue_is_tried_later(vendor: Vendor) -> None:
    vendor.status, vendor.body = 400, b'{"code": 30001}'
    with pytest.raises(TryLater):
        await _send(vendor, _message())


@pytest.mark.parametrize(("location", "calls"), [("https://evil.example/file", 1), ("/again", 4)])
async def test_credentials_do_not_follow_a_redirect(vendor: Vendor, location: str, calls: int) -> None:
    assert channel.media is not None
    vendor.status, vendor.headers = 307, {"location": location}
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(SendingFailed) as failed:
            await channel.media.fetch(f"{vendor.url}/media", _account(vendor), Means(http=http), limit=100)
    assert failed.value.cause in ("unexpected_host", "redirected")
    assert ["authorization" in call.headers for call in vendor.calls] == [True] + [False] * (calls - 1)
