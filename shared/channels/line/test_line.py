"""What only LINE does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import SendingFailed
from shared.channel.inbound import InboundMessage, Parsed
from shared.channel.outbound import Means, Outgoing, Sent
from shared.channels.line import channel
from shared.channels.line.inbound import LineReceives
from shared.channels.line.outbound import LineChecks, LineSends
from shared.channels.line.settings import LineSettings
from shared.channels.line.specimen import specimen
from shared.faults import TryLater
from tests.contract.channels.specimen import NOW, fixture
from tests.contract.channels.vendor import Vendor, http_client, vendor_on_loopback


def _parse(name: str, **change: Any) -> Parsed:
    whole = json.loads(fixture(__file__, f"{name}.json"))
    whole["events"][0].update(change)
    delivery = Delivery(account="line-1", received_at=NOW, body=json.dumps(whole).encode())
    return LineReceives().parse(delivery, specimen.account)


def _message(name: str, **change: Any) -> InboundMessage:
    (message,) = _parse(name, **change).messages
    return message


def test_a_person_is_the_number_line_gives_and_the_time_is_kept_to_the_millisecond() -> None:
    message = _message("message")
    assert message.sender.handle == "U4af4980629aabbccddeeff0011223344"
    assert message.sent_at == datetime(2026, 11, 22, 9, 29, 30, 123_000, UTC)
    assert message.reply is not None
    assert message.reply.thread["quote_token"] == "q3Plxr4AgKd"


def test_what_a_message_quotes_is_named() -> None:
    assert _message("quoting").joins.references == ("461230966842064897",)


def test_a_file_is_fetched_by_the_messages_id_unless_it_lies_elsewhere() -> None:
    (image,), (elsewhere,) = _message("image").attachments, _message("elsewhere").attachments
    assert (image.name, image.media, image.note) == ("image.jpg", "354718705033693859", None)
    assert elsewhere.media is None
    assert elsewhere.note is not None


@pytest.mark.parametrize(
    ("told", "text"),
    [
        ({"type": "sticker", "keywords": ["angry", "rage", "mad", "x"]}, "[sticker] angry, rage, mad"),
        ({"type": "sticker", "text": "No!", "keywords": ["angry"]}, "[sticker] No!"),
        ({"type": "location", "title": "Depot", "latitude": 35.6, "longitude": 139}, "[location] Depot 35.6 139"),
        ({"type": "file", "fileName": "bill.pdf"}, "[file]"),
        ({"type": "of_tomorrow"}, "[of_tomorrow]"),
    ],
)
def test_every_kind_of_message_says_something(told: dict[str, Any], text: str) -> None:
    assert _message("message", message={"id": "1", **told}).text == text


def test_a_redelivery_has_the_same_name_and_a_standby_talk_is_not_answered_by_itself() -> None:
    again = _message("message", deliveryContext={"isRedelivery": True}, webhookEventId="other")
    assert again.provider_message_id == _message("message").provider_message_id
    assert _message("message", mode="standby").automatic is not None


# --- the way out -----------------------------------------------------------------------------------------------------


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with vendor_on_loopback() as running:
        yield running


@pytest.fixture
async def means() -> AsyncIterator[Means]:
    async with http_client() as http:
        yield Means(http=http)


def _account(vendor: Vendor) -> Account:
    return replace(specimen.account, settings=LineSettings(api_base_url=vendor.url, content_base_url=vendor.url))


async def _send(vendor: Vendor, means: Means, text: str = "Today.") -> Sent:
    reply = _message("message").reply
    assert reply is not None
    outgoing = Outgoing(outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=reply, text=text)
    return await LineSends().send(outgoing, _account(vendor), means)


async def test_an_answer_quotes_and_carries_a_key_that_lets_it_out_once(vendor: Vendor, means: Means) -> None:
    await _send(vendor, means)
    assert vendor.calls[0].headers["x-line-retry-key"] == str(UUID(int=7))
    (text,) = json.loads(vendor.calls[0].body)["messages"]
    assert text == {"type": "text", "text": "Today.", "quoteToken": "q3Plxr4AgKd"}


async def test_what_line_took_at_an_earlier_attempt_is_sent(vendor: Vendor, means: Means) -> None:
    vendor.status = 409
    vendor.body = b'{"message": "The retry key is already accepted", "sentMessages": [{"id": "46"}]}'
    assert (await _send(vendor, means)).provider_message_id == "46"


@pytest.mark.parametrize(
    ("status", "said", "cause"),
    [
        (429, "You have reached your monthly limit.", "quota"),
        (400, "Failed to send messages", "unreachable"),
        (400, "The property, 'to', in the request body is invalid (line: -, column: -)", "unreachable"),
        (409, "The retry key conflicts", "refused"),
        (401, "Authentication failed", "credentials"),
    ],
)
async def test_a_refusal_is_told_by_what_line_means(
    vendor: Vendor, means: Means, status: int, said: str, cause: str
) -> None:
    vendor.status, vendor.body = status, json.dumps({"message": said}).encode()
    with pytest.raises(SendingFailed) as failed:
        await _send(vendor, means)
    assert failed.value.cause == cause


async def test_an_emoji_is_two_characters(vendor: Vendor, means: Means) -> None:
    with pytest.raises(SendingFailed):
        await _send(vendor, means, "\U0001f621" * 2501)
    assert vendor.calls == []


@pytest.mark.parametrize(
    ("status", "answer", "works", "words"),
    [
        (200, {"endpoint": "https://a", "active": True}, True, "delivers"),
        (200, {"endpoint": "https://a", "active": False}, False, "Use webhook"),
        (404, {}, False, "no webhook URL"),
    ],
)
async def test_the_check_says_what_is_missing(
    vendor: Vendor, means: Means, status: int, answer: dict[str, Any], works: bool, words: str
) -> None:
    vendor.status, vendor.body = status, json.dumps(answer).encode()
    verdict = await LineChecks().check(_account(vendor), means)
    assert verdict.works is works
    assert words in verdict.words


async def test_a_film_that_is_still_converted_is_fetched_later(vendor: Vendor, means: Means) -> None:
    assert channel.media is not None
    vendor.status = 202
    with pytest.raises(TryLater):
        await channel.media.fetch("35", _account(vendor), means, limit=100)
    vendor.status, vendor.body = 200, b"film"
    assert await channel.media.fetch("35", _account(vendor), means, limit=100) == b"film"
    assert vendor.calls[0].path == "/v2/bot/message/35/content"
    assert vendor.calls[0].headers["authorization"] == "Bearer token-0001"
