"""What only Telegram does on the way out."""

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
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent
from shared.channels.telegram import channel
from shared.channels.telegram.inbound import TelegramReceives
from shared.channels.telegram.outbound import TelegramChecks, TelegramSends
from shared.channels.telegram.settings import TelegramSettings
from shared.channels.telegram.specimen import specimen
from shared.faults import TryLater
from tests.contract.channels.specimen import NOW, fixture
from tests.contract.channels.vendor import Vendor, http_client, vendor_on_loopback


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with vendor_on_loopback() as running:
        yield running


@pytest.fixture
async def means() -> AsyncIterator[Means]:
    async with http_client() as http:
        yield Means(http=http)


def _account(vendor: Vendor) -> Account:
    return replace(specimen.account, settings=TelegramSettings(api_base_url=vendor.url))


async def _send(vendor: Vendor, means: Means, name: str = "message") -> Sent:
    delivery = Delivery(account="telegram-1", received_at=NOW, body=fixture(__file__, f"{name}.json"))
    reply = TelegramReceives().parse(delivery, specimen.account).messages[0].reply
    assert reply is not None
    outgoing = Outgoing(
        outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=reply, text="We send it today."
    )
    return await TelegramSends().send(outgoing, _account(vendor), means)


async def test_an_answer_quotes_the_message_and_is_named_as_the_next_one_will_quote_it(
    vendor: Vendor, means: Means
) -> None:
    vendor.body = b'{"ok": true, "result": {"message_id": 40}}'
    sent = await _send(vendor, means)
    assert sent.provider_message_id == "5550001:40"
    said = json.loads(vendor.calls[0].body)
    assert said["chat_id"] == 5550001
    assert said["reply_parameters"] == {"message_id": 41, "allow_sending_without_reply": True}
    assert "business_connection_id" not in said


async def test_an_answer_for_a_business_account_goes_through_its_connection(vendor: Vendor, means: Means) -> None:
    await _send(vendor, means, "business")
    assert json.loads(vendor.calls[0].body)["business_connection_id"] == "bc-1"


async def test_how_long_to_wait_stands_in_the_body(vendor: Vendor, means: Means) -> None:
    vendor.status, vendor.body = 429, b'{"ok": false, "error_code": 429, "parameters": {"retry_after": 12}}'
    with pytest.raises(TryLater) as later:
        await _send(vendor, means)
    assert later.value.wait == timedelta(seconds=12)


@pytest.mark.parametrize(
    ("status", "said", "cause"),
    [
        (403, "Forbidden: bot was blocked by the user", "unreachable"),
        (400, "Bad Request: chat not found", "unreachable"),
        (400, "Bad Request: message is too long", "too_long"),
        (400, "Bad Request: BUSINESS_PEER_USAGE_MISSING", "window_closed"),
        (403, "Forbidden: BUSINESS_PEER_USAGE_MISSING", "window_closed"),
        (400, "Bad Request: BUSINESS_CONNECTION_INVALID", "credentials"),
        (401, "Unauthorized", "credentials"),
        (404, "Not Found", "credentials"),
        (200, "of a kind that is not known here", "refused"),
    ],
)
async def test_a_refusal_is_told_by_what_telegram_means(
    vendor: Vendor, means: Means, status: int, said: str, cause: str
) -> None:
    vendor.status, vendor.body = status, json.dumps({"ok": False, "description": said}).encode()
    with pytest.raises(SendingFailed) as failed:
        await _send(vendor, means)
    assert failed.value.cause == cause
    assert said not in str(failed.value)
    assert "700:" not in str(failed.value)


@pytest.mark.parametrize(
    ("hook", "works", "words"),
    [
        ({"url": ""}, False, "setWebhook"),
        ({"url": "https://a", "allowed_updates": ["message"]}, False, "edited_message"),
        ({"url": "https://a", "pending_update_count": 3, "last_error_message": "401"}, False, "3 updates wait"),
        ({"url": "https://a", "pending_update_count": 0, "last_error_message": "401"}, True, "delivers"),
    ],
)
async def test_the_check_says_what_is_missing(
    vendor: Vendor, means: Means, hook: dict[str, Any], works: bool, words: str
) -> None:
    vendor.body = json.dumps({"ok": True, "result": hook}).encode()
    verdict = await TelegramChecks().check(_account(vendor), means)
    assert verdict.works is works
    assert words in verdict.words


@pytest.mark.parametrize(("path", "calls"), [("photos/file_1.jpg", 2), ("../x", 1), ("/etc/passwd", 1), ("a//b", 1)])
async def test_a_file_is_asked_for_by_id_and_fetched_by_a_plain_path_only(
    vendor: Vendor, means: Means, path: str, calls: int
) -> None:
    assert channel.media is not None
    vendor.body = json.dumps({"ok": True, "result": {"file_path": path}}).encode()
    fetched = channel.media.fetch("large", _account(vendor), means, limit=1000)
    if calls == 2:
        assert await fetched == vendor.body
    else:
        with pytest.raises(SendingFailed):
            await fetched
    assert [call.path.rpartition("/bot")[0] for call in vendor.calls] == ["", "/file"][:calls]
