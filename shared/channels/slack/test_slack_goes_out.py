"""What only Slack does on the way out."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs
from uuid import UUID

import pytest

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent
from shared.channels.slack import channel
from shared.channels.slack.inbound import SlackReceives
from shared.channels.slack.outbound import SlackChecks, SlackSends
from shared.channels.slack.settings import SlackSettings
from shared.channels.slack.specimen import specimen
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


def _account(vendor: Vendor) -> Account:
    return replace(specimen.account, settings=SlackSettings(api_base_url=vendor.url))


async def _send(vendor: Vendor, means: Means, text: str = "Today.") -> Sent:
    reply = SlackReceives().parse(specimen.valid, specimen.account).messages[0].reply
    assert reply is not None
    outgoing = Outgoing(outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=reply, text=text)
    return await SlackSends().send(outgoing, _account(vendor), means)


async def test_an_answer_stands_in_the_thread_and_calls_nobody(vendor: Vendor, means: Means) -> None:
    await _send(vendor, means, "<!channel> Today & tomorrow")
    sent = parse_qs(vendor.calls[0].body.decode())
    assert sent["text"] == ["&lt;!channel&gt; Today &amp; tomorrow"]
    assert (sent["channel"], sent["thread_ts"]) == (["C0HELP"], ["1795339770.000200"])
    assert vendor.calls[0].headers["authorization"] == "Bearer xoxb-token-0001"


@pytest.mark.parametrize(
    ("word", "cause"),
    [
        ("is_archived", "unreachable"),
        ("token_revoked", "credentials"),
        ("msg_too_long", "too_long"),
        ("of_tomorrow", "refused"),
        ("Anna's words", "refused"),
    ],
)
async def test_a_refusal_comes_as_200_with_a_word(vendor: Vendor, means: Means, word: str, cause: str) -> None:
    vendor.body = json.dumps({"ok": False, "error": word}).encode()
    with pytest.raises(SendingFailed) as failed:
        await _send(vendor, means)
    assert failed.value.cause == cause
    assert "Anna" not in str(failed.value)


async def test_a_limit_may_come_as_200_too(vendor: Vendor, means: Means) -> None:
    vendor.body, vendor.headers = b'{"ok": false, "error": "ratelimited"}', {"retry-after": "30"}
    with pytest.raises(TryLater) as later:
        await _send(vendor, means)
    assert later.value.wait == timedelta(seconds=30)


@pytest.mark.parametrize(
    ("scopes", "works", "words"),
    [
        ("chat:write,files:read,im:history", True, "with the permissions"),
        ("chat:write, files:read", False, "channels:history or groups:history or im:history"),
        ("channels:history", False, "chat:write, files:read"),
    ],
)
async def test_the_check_names_the_permission_that_is_missing(
    vendor: Vendor, means: Means, scopes: str, works: bool, words: str
) -> None:
    vendor.body, vendor.headers = b'{"ok": true, "team": "Our shop"}', {"x-oauth-scopes": scopes}
    verdict = await SlackChecks().check(_account(vendor), means)
    assert verdict.works is works
    assert words in verdict.words


async def test_the_check_says_that_a_token_is_refused(vendor: Vendor, means: Means) -> None:
    vendor.body = b'{"ok": false, "error": "invalid_auth"}'
    verdict = await SlackChecks().check(_account(vendor), means)
    assert not verdict.works
    assert "invalid_auth" in verdict.words


async def test_a_file_is_asked_for_by_id_and_fetched_with_the_token(vendor: Vendor, means: Means) -> None:
    assert channel.media is not None
    vendor.body = json.dumps({"ok": True, "file": {"url_private": f"{vendor.url}/files-pri/box.png"}}).encode()
    assert await channel.media.fetch("F0BOX", _account(vendor), means, limit=1000) == vendor.body
    assert [call.path for call in vendor.calls] == ["/files.info", "/files-pri/box.png"]
    assert vendor.calls[1].headers["authorization"] == "Bearer xoxb-token-0001"


@pytest.mark.parametrize("address", ["https://evil.example/x", "http://files.slack.com/x", "https://x.slack.com/login"])
async def test_a_file_elsewhere_is_not_fetched(vendor: Vendor, means: Means, address: str) -> None:
    assert channel.media is not None
    vendor.body = json.dumps({"ok": True, "file": {"url_private_download": address}}).encode()
    with pytest.raises(SendingFailed):
        await channel.media.fetch("F0BOX", _account(vendor), means, limit=1000)
    assert len(vendor.calls) == 1
