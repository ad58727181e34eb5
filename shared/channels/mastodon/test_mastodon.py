"""What only Mastodon does."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs, urlsplit
from uuid import UUID

import msgspec
import pytest

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import SendingFailed
from shared.channel.inbound import InboundMessage
from shared.channel.outbound import Means, Outgoing
from shared.channels.mastodon import channel
from shared.channels.mastodon.inbound import MastodonReceives
from shared.channels.mastodon.outbound import MastodonChecks, MastodonSends
from shared.channels.mastodon.specimen import settings_at, specimen
from shared.clock import FixedClock
from shared.faults import TryLater
from tests.contract.channels.poller import Follower, vendors_list
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
    return replace(specimen.account, settings=settings_at(vendor.url))


def _message(name: str, *, author: dict[str, Any] | None = None, **status: Any) -> InboundMessage:
    whole = json.loads(fixture(__file__, f"{name}.json"))
    whole["status"].update(status)
    whole["status"]["account"].update(author or {})
    delivery = Delivery(account="fediverse-1", received_at=NOW, body=json.dumps(whole).encode())
    (message,) = MastodonReceives().parse(delivery, specimen.account).messages
    return message


async def _send(message: InboundMessage, vendor: Vendor, means: Means) -> dict[str, list[str]]:
    assert message.reply is not None
    outgoing = Outgoing(
        outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=message.reply, text="Sì & no"
    )
    await MastodonSends(FixedClock(NOW)).send(outgoing, _account(vendor), means)
    return parse_qs(vendor.calls[-1].body.decode())


def test_a_mention_is_its_authors_with_an_audience() -> None:
    message = _message("mention")
    assert message.public
    assert (message.sender.name, message.sender.handle) == ("Dario Verdi", "dario@elsewhere.test")
    assert message.sender.reach == 1200
    assert message.conversation == "9001"


def test_who_is_of_our_own_server_is_named_in_full() -> None:
    assert _message("mention", author={"acct": "eva"}).sender.handle == "eva@social.acme.test"


@pytest.mark.parametrize(
    ("content", "text"),
    [
        ("<p>@acme one<br>two</p><p>three &amp; four</p>", "one\ntwo\n\nthree & four"),
        ("<p>I asked @acme twice</p>", "I asked @acme twice"),
        ("<p>@acme @acme: hello</p>", "hello"),
        ("<p>@eva hello</p>", "@eva hello"),
        ("<p>look <script>alert(1)</script>here</p>", "look here"),
    ],
)
def test_html_is_read_as_text_without_the_names_that_address_it(content: str, text: str) -> None:
    assert _message("mention", content=content).text == text


def test_a_mention_in_private_is_private_and_names_what_it_answers() -> None:
    message = _message("direct")
    assert not message.public
    assert message.reply is not None
    assert not message.reply.public
    assert message.joins.references == ("115500000000000999",)


def test_a_picture_without_words_is_a_message() -> None:
    message = _message("picture")
    assert message.text == "[image]"
    assert [a.media for a in message.attachments] == ["https://files.social.acme.test/22.png"]


def test_a_robots_mention_is_answered_by_nobody() -> None:
    assert _message("mention", author={"bot": True}).automatic is not None


async def test_an_answer_is_seen_by_whoever_saw_the_mention_and_is_taken_once(vendor: Vendor, means: Means) -> None:
    said = await _send(_message("direct"), vendor, means)
    assert said["visibility"] == ["direct"]
    assert said["in_reply_to_id"] == ["115500000000000001"]
    assert said["status"] == ["@dario@elsewhere.test Sì & no"]
    assert vendor.calls[0].headers["idempotency-key"] == str(UUID(int=7))
    assert (await _send(_message("mention"), vendor, means))["visibility"] == ["public"]


async def test_the_moment_from_which_a_server_takes_questions_again_is_waited_for(vendor: Vendor, means: Means) -> None:
    vendor.status, vendor.headers = 429, {"x-ratelimit-reset": "2026-11-22T09:34:00.123456Z"}
    with pytest.raises(TryLater) as later:
        await _send(_message("mention"), vendor, means)
    assert later.value.wait == timedelta(minutes=4)


async def test_strangers_whom_a_policy_filters_are_asked_for_as_well() -> None:
    with vendors_list(specimen) as served:
        await Follower(served).until(lambda: True)
        asked = parse_qs(urlsplit(served.vendor.calls[0].path).query)
    assert (asked["types[]"], asked["include_filtered"]) == (["mention"], ["true"])


async def test_what_else_a_server_lists_is_no_mention() -> None:
    with vendors_list(specimen) as served:
        served.write(1)
        body = served.page()[1].replace(b'"type": "mention"', b'"type": "follow"')
        served.before = lambda _call, _mark: (200, {}, body)
        follower = Follower(served)
        await follower.until(lambda: True)
        assert follower.taken == []


@pytest.mark.parametrize(
    "media",
    ["http://files.social.acme.test/1.png", "https://evil.example/1.png", "https://social.acme.test.evil.example/1"],
)
async def test_a_picture_elsewhere_is_not_fetched(means: Means, media: str) -> None:
    assert channel.media is not None
    with pytest.raises(SendingFailed):
        await channel.media.fetch(media, specimen.account, means, limit=100)


async def test_a_picture_is_fetched_where_the_account_says_it_is_kept(vendor: Vendor, means: Means) -> None:
    assert channel.media is not None
    vendor.body = b"picture"
    settings = msgspec.structs.replace(specimen.account.settings, media_hosts=(vendor.url,))
    account = replace(specimen.account, settings=settings)
    assert await channel.media.fetch(f"{vendor.url}/1.png", account, means, limit=100) == b"picture"
    assert "authorization" not in vendor.calls[0].headers


@pytest.mark.parametrize(
    ("status", "works", "words"),
    [
        (200, True, "reads"),
        (401, False, "access_token"),
        (403, False, "read:notifications"),
        (404, False, "server_url"),
    ],
)
async def test_the_check_names_what_is_missing(
    vendor: Vendor, means: Means, status: int, works: bool, words: str
) -> None:
    vendor.status = status
    verdict = await MastodonChecks(FixedClock(NOW)).check(_account(vendor), means)
    assert verdict.works is works
    assert words in verdict.words
