"""What only Messenger does on the way out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing
from shared.channels.messenger import channel
from shared.channels.messenger.inbound import MessengerReceives
from shared.channels.messenger.outbound import MessengerChecks, MessengerSends
from shared.channels.messenger.settings import MessengerSettings
from shared.channels.messenger.specimen import specimen
from shared.faults import TryLater
from tests.contract.channels.vendor import Vendor, http_client, vendor_on_loopback


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with vendor_on_loopback() as running:
        yield running


@pytest.fixture
async def means() -> AsyncIterator[Means]:
    async with http_client() as http:
        yield Means(http=http)


def _account(vendor: Vendor, **settings: Any) -> Account:
    known = MessengerSettings(page_id="112233445566", api_base_url=vendor.url, **settings)
    return replace(specimen.account, settings=known)


async def _send(account: Account, means: Means, *, automatic: bool = True) -> None:
    reply = MessengerReceives().parse(specimen.valid, specimen.account).messages[0].reply
    assert reply is not None
    outgoing = Outgoing(
        outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=reply, text="Today.", automatic=automatic
    )
    await MessengerSends().send(outgoing, account, means)


@pytest.mark.parametrize(
    ("human_agent", "automatic", "kind"),
    [(False, False, "RESPONSE"), (True, True, "RESPONSE"), (True, False, "MESSAGE_TAG")],
)
async def test_only_what_a_person_wrote_is_said_to_be_a_persons(
    vendor: Vendor, means: Means, human_agent: bool, automatic: bool, kind: str
) -> None:
    await _send(_account(vendor, human_agent=human_agent), means, automatic=automatic)
    sent = json.loads(vendor.calls[0].body)
    assert (sent["recipient"], sent["messaging_type"]) == ({"id": "6677001"}, kind)
    assert ("tag" in sent) is (kind == "MESSAGE_TAG")


@pytest.mark.parametrize(
    ("error", "cause"),
    [
        ({"code": 10, "error_subcode": 2018278}, "window_closed"),
        ({"code": 10, "error_subcode": 2534022}, "window_closed"),
        ({"code": 551, "error_subcode": 1545041}, "unreachable"),
        ({"code": 551}, "unreachable"),
        ({"code": 100, "error_subcode": 2018001}, "unreachable"),
        ({"code": 200}, "credentials"),
    ],
)
async def test_a_refusal_is_told_by_metas_own_code(
    vendor: Vendor, means: Means, error: dict[str, Any], cause: str
) -> None:
    vendor.status, vendor.body = 400, json.dumps({"error": {**error, "message": "Anna"}}).encode()
    with pytest.raises(SendingFailed) as failed:
        await _send(_account(vendor), means)
    assert failed.value.cause == cause
    assert "Anna" not in str(failed.value)


@pytest.mark.parametrize("code", [4, 613])
async def test_a_limit_is_tried_later_though_the_status_says_400(vendor: Vendor, means: Means, code: int) -> None:
    vendor.status, vendor.body = 400, json.dumps({"error": {"code": code}}).encode()
    with pytest.raises(TryLater):
        await _send(_account(vendor), means)


@pytest.mark.parametrize(
    ("status", "answer", "works", "words"),
    [
        (200, {"data": []}, False, "nothing is subscribed"),
        (200, {"data": [{"subscribed_fields": ["feed", "messages"]}]}, False, "message_edits"),
        (200, {"data": [{"subscribed_fields": ["messages", "message_edits"]}]}, True, "delivers"),
        (200, {"data": [{"name": "Our app"}]}, True, "delivers"),
        (400, {"error": {"code": 190}}, False, "expired or revoked"),
        (403, {"error": {"code": 200}}, False, "pages_messaging"),
        (404, {}, False, "of this account"),
    ],
)
async def test_the_check_names_what_is_missing(
    vendor: Vendor, means: Means, status: int, answer: dict[str, Any], works: bool, words: str
) -> None:
    vendor.status, vendor.body = status, json.dumps(answer).encode()
    verdict = await MessengerChecks().check(_account(vendor), means)
    assert verdict.works is works
    assert words in verdict.words


@pytest.mark.parametrize(
    "address",
    ["http://scontent.xx.fbcdn.net/1", "https://evil.example/1", "https://fbcdn.net.evil.example/", "file:///x"],
)
async def test_a_file_elsewhere_is_not_fetched(means: Means, address: str) -> None:
    assert channel.media is not None
    with pytest.raises(SendingFailed):
        await channel.media.fetch(address, specimen.account, means, limit=100)
