"""What only Instagram does; the rest is Messenger's, and tested there."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from uuid import UUID

import pytest

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, DeliveryMalformed, SendingFailed
from shared.channel.inbound import InboundMessage, Parsed
from shared.channel.outbound import Means, Outgoing, Sent
from shared.channels.instagram_direct.inbound import InstagramDirectReceives
from shared.channels.instagram_direct.outbound import InstagramDirectChecks, InstagramDirectSends
from shared.channels.instagram_direct.settings import InstagramDirectSettings
from shared.channels.instagram_direct.specimen import specimen
from tests.contract.channels.specimen import NOW, fixture
from tests.contract.channels.vendor import Vendor, http_client, vendor_on_loopback

RECEIVES = InstagramDirectReceives()


def _parse(body: bytes) -> Parsed:
    return RECEIVES.parse(Delivery(account="instagram-1", received_at=NOW, body=body), specimen.account)


def _message(name: str) -> InboundMessage:
    (message,) = _parse(fixture(__file__, f"{name}.json")).messages
    return message


def test_either_of_two_apps_secrets_proves_a_delivery() -> None:
    both = {**specimen.account.secrets, "app_secret": ("secret-of-the-app", "app-secret-0001")}
    RECEIVES.authenticate(specimen.valid, replace(specimen.account, secrets=both))
    one = {**specimen.account.secrets, "app_secret": ("secret-of-the-app",)}
    with pytest.raises(DeliveryForged):
        RECEIVES.authenticate(specimen.valid, replace(specimen.account, secrets=one))


def test_a_voice_message_is_fetched_and_an_answer_to_a_story_is_heard() -> None:
    voice, story = _message("voice"), _message("story_reply")
    assert voice.text == "[audio]"
    assert [a.media for a in voice.attachments] == [
        "https://lookaside.fbsbx.com/ig_messaging_cdn/?asset_id=2&signature=AbC"
    ]
    assert (story.text, story.joins.references) == ("Mine broke after a day", ())


def test_a_time_may_be_written_in_three_ways() -> None:
    body = fixture(__file__, "message.json")
    ways = (b"1795339770123", b'"1795339770"', b'"2026-11-22T09:29:30+0000"')
    told = [_parse(body.replace(b"1795339770123", way)).messages[0].sent_at for way in ways]
    assert [at and at.replace(microsecond=0) for at in told] == [told[1]] * 3


def test_a_delivery_about_a_page_is_kept() -> None:
    with pytest.raises(DeliveryMalformed):
        _parse(fixture(__file__, "message.json").replace(b'"instagram"', b'"page"'))


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with vendor_on_loopback() as running:
        yield running


def _account(vendor: Vendor, *, human_agent: bool = False) -> Account:
    known = InstagramDirectSettings(instagram_id="17841400000000001", api_base_url=vendor.url, human_agent=human_agent)
    return replace(specimen.account, settings=known)


async def _send(account: Account, text: str = "Today.", *, automatic: bool = True) -> Sent:
    reply = _message("message").reply
    assert reply is not None
    outgoing = Outgoing(
        outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=reply, text=text, automatic=automatic
    )
    async with http_client() as http:
        return await InstagramDirectSends().send(outgoing, account, Means(http=http))


async def test_instagram_is_told_no_type_but_that_of_a_person(vendor: Vendor) -> None:
    await _send(_account(vendor))
    await _send(_account(vendor, human_agent=True), automatic=False)
    plain, tagged = (json.loads(call.body) for call in vendor.calls)
    assert plain == {"recipient": {"id": "900100200300"}, "message": {"text": "Today."}}
    assert tagged["tag"] == "HUMAN_AGENT"


async def test_length_is_counted_in_bytes(vendor: Vendor) -> None:
    await _send(_account(vendor), "è" * 500)
    with pytest.raises(SendingFailed) as failed:
        await _send(_account(vendor), "è" * 501)
    assert failed.value.cause == "too_long"
    assert len(vendor.calls) == 1


async def test_the_check_names_both_kinds_of_permissions(vendor: Vendor) -> None:
    vendor.status, vendor.body = 403, b'{"error": {"code": 10}}'
    async with http_client() as http:
        verdict = await InstagramDirectChecks().check(_account(vendor), Means(http=http))
    assert "instagram_business_manage_messages" in verdict.words
    assert vendor.calls[0].path == "/me/subscribed_apps"
