"""What only Trustpilot's reviews do."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import httpx
import msgspec
import pytest

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import SendingFailed
from shared.channel.inbound import Parsed
from shared.channel.outbound import Means, Outgoing
from shared.channels.trustpilot.api import TOKENS_AT
from shared.channels.trustpilot.asking import TrustpilotAsks
from shared.channels.trustpilot.inbound import TrustpilotReceives
from shared.channels.trustpilot.outbound import TrustpilotChecks, TrustpilotSends
from shared.channels.trustpilot.specimen import UNIT, settings_at, specimen
from shared.clock import FixedClock
from shared.faults import TryLater
from shared.vendor.tokens import Asking, Tokens
from tests.contract.channels.specimen import NOW, fixture
from tests.contract.channels.vendor import Call, Vendor, http_client, vendor_on_loopback

REVIEW = {
    "id": "53bffd360000640002975387",
    "stars": 1,
    "title": "Never again",
    "text": "As Trustpilot has it",
    "createdAt": "2026-11-22T09:20:44.000Z",
    "referralEmail": "dario@example.test",
    "consumer": {"id": "53bffc3900006400017e5db8", "displayName": "Dario Verdi"},
    "businessUnit": {"id": UNIT},
}


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with vendor_on_loopback() as running:
        running.tokens_at = TOKENS_AT
        yield running


@pytest.fixture
async def means() -> AsyncIterator[Means]:
    async with http_client() as http:
        yield Means(http=http)


def _account(vendor: Vendor) -> Account:
    return replace(specimen.account, settings=settings_at(vendor.url))


def _delivery(name: str) -> Delivery:
    return Delivery(account="trustpilot-1", received_at=NOW, body=fixture(__file__, f"{name}.json"))


def _parse(delivery: Delivery, account: Account = specimen.account) -> Parsed:
    return TrustpilotReceives().parse(delivery, account)


async def _complete(vendor: Vendor, means: Means, delivery: Delivery) -> Delivery:
    return await TrustpilotAsks().complete(delivery, _account(vendor), means)


def test_a_review_is_public_with_its_stars_and_its_order() -> None:
    (message,) = _parse(_delivery("created")).messages
    assert message.public
    assert (message.subject, message.metadata, message.order_reference) == ("Never again", {"stars": "1"}, "IT-77")
    assert (message.sender.name, message.sender.handle) == ("Dario", "53bffc3900006400017e5db8")


def test_praise_can_be_left_out_and_what_became_of_a_complaint_cannot() -> None:
    settings = msgspec.structs.replace(specimen.account.settings, most_stars=2)
    account = replace(specimen.account, settings=settings)
    praise = json.loads(_delivery("created").body)
    praise["events"][0]["eventData"]["stars"] = 3
    assert _parse(replace(_delivery("created"), body=json.dumps(praise).encode()), account).ignored == 1
    (change,) = _parse(_delivery("updated"), account).changes
    assert change.text == "[3 of 5 stars]\nNever again\nIt came in the end"


async def test_what_is_filed_is_what_trustpilot_has_and_not_what_was_delivered(vendor: Vendor, means: Means) -> None:
    vendor.body = json.dumps(REVIEW).encode()
    completed = await _complete(vendor, means, _delivery("created"))
    (call,) = vendor.calls
    assert call.path == "/v1/private/reviews/53bffd360000640002975387"
    assert call.headers["authorization"] == "Bearer token-of-an-hour"
    (message,) = _parse(completed, _account(vendor)).messages
    assert (message.text, message.sender.email) == ("As Trustpilot has it", "dario@example.test")
    assert "email" not in message.sender.verified
    assert await _complete(vendor, means, completed) == completed
    assert len(vendor.calls) == 1


async def test_nobody_is_believed_who_puts_the_review_in_himself(vendor: Vendor, means: Means) -> None:
    forged = json.loads(_delivery("created").body)
    forged["events"][0]["review"] = {**REVIEW, "text": "forged"}
    delivery = replace(_delivery("created"), body=json.dumps(forged).encode())
    assert _parse(delivery).messages[0].text != "forged"
    vendor.body = json.dumps(REVIEW).encode()
    completed = await _complete(vendor, means, delivery)
    assert _parse(completed, _account(vendor)).messages[0].text == "As Trustpilot has it"


async def test_a_review_of_another_company_is_not_ours(vendor: Vendor, means: Means) -> None:
    vendor.body = json.dumps({**REVIEW, "businessUnit": {"id": "f" * 24}}).encode()
    completed = await _complete(vendor, means, _delivery("created"))
    assert [u.cause for u in _parse(completed, _account(vendor)).unreadable] == ["another_account"]


async def test_a_review_that_is_gone_meanwhile_was_written_all_the_same(vendor: Vendor, means: Means) -> None:
    vendor.status = 404
    completed = await _complete(vendor, means, _delivery("created"))
    (message,) = _parse(completed, _account(vendor)).messages
    assert message.notes == ("removed_meanwhile",)
    assert message.text == specimen.text


async def test_a_review_that_is_refused_waits_for_a_replay(vendor: Vendor, means: Means) -> None:
    vendor.status = 403
    refused = await _complete(vendor, means, _delivery("created"))
    assert [u.cause for u in _parse(refused, _account(vendor)).unreadable] == ["not_fetched"]
    vendor.status, vendor.body = 200, json.dumps(REVIEW).encode()
    replayed = await _complete(vendor, means, refused)
    assert len(_parse(replayed, _account(vendor)).messages) == 1


async def test_a_delivery_waits_while_trustpilot_is_busy_and_a_removal_does_not(vendor: Vendor, means: Means) -> None:
    vendor.status = 503
    with pytest.raises(TryLater):
        await _complete(vendor, means, _delivery("created"))
    asked = len(vendor.calls)
    assert _parse(await _complete(vendor, means, _delivery("deleted"))).changes[0].kind == "removal"
    assert len(vendor.calls) == asked


async def test_an_answer_has_an_author(vendor: Vendor, means: Means) -> None:
    (message,) = _parse(_delivery("created")).messages
    assert message.reply is not None
    outgoing = Outgoing(
        outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=message.reply, text="We send it today."
    )
    await TrustpilotSends().send(outgoing, _account(vendor), means)
    said = json.loads(vendor.calls[0].body)
    assert said == {"authorBusinessUserId": "507f191e810c19729de860ea", "message": "We send it today."}
    assert vendor.granted[0].body == b"grant_type=client_credentials"
    nobody = msgspec.structs.replace(settings_at(vendor.url), business_user_id=None)
    with pytest.raises(SendingFailed, match="business_user_id"):
        await TrustpilotSends().send(outgoing, replace(specimen.account, settings=nobody), means)


@pytest.mark.parametrize(
    ("status", "change", "works", "words"),
    [
        (200, {}, True, "have an author"),
        (200, {"business_user_id": None}, False, "business_user_id is missing"),
        (403, {}, False, "business_unit_id"),
        (200, {"api_key": None}, True, "not answered"),
    ],
)
async def test_the_check_says_what_is_missing(
    vendor: Vendor, means: Means, status: int, change: dict[str, Any], works: bool, words: str
) -> None:
    vendor.status = status
    settings = msgspec.structs.replace(settings_at(vendor.url), **change)
    verdict = await TrustpilotChecks().check(replace(specimen.account, settings=settings), means)
    assert verdict.works is works
    assert words in verdict.words


async def test_a_token_is_asked_for_once_until_it_ends_or_is_withdrawn(vendor: Vendor) -> None:
    clock = FixedClock(NOW)
    tokens = Tokens(clock)
    asking = Asking(vendor="Acme", url=f"{vendor.url}{TOKENS_AT}", credentials="pair", form=lambda _: {"grant": "x"})

    async def ask(http: httpx.AsyncClient) -> int:
        await tokens.call(http, "GET", f"{vendor.url}/x", asking=asking)
        return len(vendor.granted)

    async with http_client() as http:
        assert [await ask(http), await ask(http)] == [1, 1]
        clock.instant += timedelta(hours=1)
        assert await ask(http) == 2
        refused: list[Call] = []

        def withdrawn(call: Call) -> tuple[int, dict[str, str], bytes]:
            refused.append(call)
            return (401, {}, b"") if len(refused) == 1 else (200, {}, b"{}")

        vendor.answers = withdrawn
        assert await ask(http) == 3
        assert len(refused) == 2
