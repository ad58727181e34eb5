"""What only Bluesky does."""

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
from shared.channel.inbound import InboundMessage
from shared.channel.outbound import Means, Outgoing, Sent
from shared.channels.bluesky.api import TOKENS_AT
from shared.channels.bluesky.inbound import BlueskyReceives
from shared.channels.bluesky.outbound import BlueskyChecks, BlueskySends
from shared.channels.bluesky.specimen import settings_at, specimen
from shared.clock import FixedClock
from shared.faults import TryLater
from tests.contract.channels.poller import Follower, vendors_list
from tests.contract.channels.specimen import NOW, fixture
from tests.contract.channels.vendor import Call, Said, Vendor, http_client, vendor_on_loopback


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


def _message(name: str, **record: Any) -> InboundMessage:
    whole = json.loads(fixture(__file__, f"{name}.json"))
    whole["record"].update(record)
    delivery = Delivery(account="sky-1", received_at=NOW, body=json.dumps(whole).encode())
    (message,) = BlueskyReceives().parse(delivery, specimen.account).messages
    return message


async def _send(name: str, vendor: Vendor, means: Means) -> Sent:
    reply = _message(name).reply
    assert reply is not None
    outgoing = Outgoing(outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=reply, text="Sì")
    return await BlueskySends(FixedClock(NOW)).send(outgoing, _account(vendor), means)


def test_a_post_is_its_authors_by_the_name_that_stays() -> None:
    message = _message("mention")
    assert (message.sender.name, message.sender.handle) == ("Dario Verdi", "did:plc:dario")
    assert message.metadata == {"bluesky_handle": "dario.test"}
    assert (message.public, message.language) == (True, "en")


def test_an_answer_in_the_thread_joins_and_names_what_it_answers() -> None:
    first, again = _message("mention"), _message("reply")
    assert again.conversation == first.conversation
    assert again.joins.references == ("at://did:plc:acme/app.bsky.feed.post/3ours",)


@pytest.mark.parametrize(
    ("record", "text"),
    [
        ({"text": "", "embed": {"$type": "app.bsky.embed.images", "images": []}}, "[picture]"),
        ({"embed": {"$type": "app.bsky.embed.video"}}, "Parcel never arrived and nobody answers\n[video]"),
        (
            {"text": "see acme.test/or...", "facets": [{"features": [{"uri": "https://acme.test/orders/7"}]}]},
            "see acme.test/or...\n[link] https://acme.test/orders/7",
        ),
        ({"text": "https://a.test", "embed": {"external": {"uri": "https://a.test"}}}, "https://a.test"),
        ({"text": ""}, "[a post without words]"),
    ],
)
def test_what_a_post_shows_is_said(record: dict[str, Any], text: str) -> None:
    assert _message("mention", **record).text == text


async def test_an_answer_stands_in_the_thread(vendor: Vendor, means: Means) -> None:
    await _send("reply", vendor, means)
    said = json.loads(vendor.calls[0].body)
    assert (said["repo"], said["collection"]) == ("acme.test", "app.bsky.feed.post")
    assert said["record"]["createdAt"] == "2026-11-22T09:30:00.000Z"
    assert said["record"]["reply"] == {
        "root": {"uri": "at://did:plc:dario/app.bsky.feed.post/3mention", "cid": "bafymention"},
        "parent": {"uri": "at://did:plc:dario/app.bsky.feed.post/3again", "cid": "bafymention"},
    }
    assert json.loads(vendor.granted[0].body) == {"identifier": "acme.test", "password": "abcd-efgh-ijkl-0001"}


async def test_a_session_that_ended_is_begun_again_and_the_answer_goes_out_once(vendor: Vendor, means: Means) -> None:
    await _send("mention", vendor, means)
    expired: list[Call] = []

    def once(call: Call) -> Said:
        expired.append(call)
        return (400, {}, b'{"error": "ExpiredToken"}') if len(expired) == 1 else (200, {}, b'{"uri": "at://x"}')

    vendor.answers = once
    assert (await _send("mention", vendor, means)).provider_message_id == "at://x"
    assert (len(expired), len(vendor.granted)) == (2, 2)


async def test_the_moment_from_which_bluesky_takes_more_is_waited_for(vendor: Vendor, means: Means) -> None:
    at = int((NOW + timedelta(minutes=3)).timestamp())
    vendor.status, vendor.headers = 429, {"ratelimit-reset": str(at)}
    with pytest.raises(TryLater) as later:
        await _send("mention", vendor, means)
    assert later.value.wait == timedelta(minutes=3)


async def test_likes_that_an_older_server_lists_are_no_complaints() -> None:
    with vendors_list(specimen) as served:
        served.write(1)
        body = served.page()[1].replace(b'"mention"', b'"like"')
        served.before = lambda _call, _mark: (200, {}, body)
        follower = Follower(served)
        await follower.until(lambda: True)
        assert follower.taken == []


@pytest.mark.parametrize(("status", "works", "words"), [(200, True, "acme.test"), (401, False, "app_password")])
async def test_the_check_says_whether_the_password_opens_the_account(
    vendor: Vendor, means: Means, status: int, works: bool, words: str
) -> None:
    vendor.status = status
    verdict = await BlueskyChecks(FixedClock(NOW)).check(_account(vendor), means)
    assert verdict.works is works
    assert words in verdict.words
