"""What only an Instagram account's comments do."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs, unquote
from uuid import UUID

import msgspec
import pytest

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.inbound import InboundMessage, Parsed
from shared.channel.outbound import Means, Outgoing
from shared.channels.instagram_comments import channel
from shared.channels.instagram_comments.asking import InstagramCommentsAsks
from shared.channels.instagram_comments.inbound import InstagramCommentsReceives
from shared.channels.instagram_comments.outbound import InstagramCommentsChecks, InstagramCommentsSends
from shared.channels.instagram_comments.specimen import specimen
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
    settings = msgspec.structs.replace(specimen.account.settings, api_base_url=vendor.url)
    return replace(specimen.account, settings=settings)


def _delivery(name: str, **change: Any) -> Delivery:
    whole = json.loads(fixture(__file__, f"{name}.json"))
    whole["entry"][0]["changes"][0]["value"].update(change)
    return Delivery(account="comments-1", received_at=NOW, body=json.dumps(whole).encode())


def _parse(delivery: Delivery, account: Account = specimen.account) -> Parsed:
    return InstagramCommentsReceives().parse(delivery, account)


def _message(name: str, **change: Any) -> InboundMessage:
    (message,) = _parse(_delivery(name, **change)).messages
    return message


def test_a_comment_is_public_and_of_the_one_who_wrote_it() -> None:
    message = _message("comment")
    assert message.public
    assert (message.sender.name, message.sender.handle) == ("dario.verdi", "900100200300")
    assert message.reply is not None
    assert message.reply.thread == {"comment_id": "17870913679156914"}
    assert message.sent_at is not None


def test_a_second_comment_of_one_author_joins_and_anothers_does_not() -> None:
    first = _message("comment")
    assert first.threaded
    again = _message("comment", id="17900000000000091", parent_id="17870913679156914")
    other = _message("comment", id="17900000000000092", **{"from": {"id": "1", "username": "eva"}})
    assert again.conversation == first.conversation != other.conversation
    assert again.joins.references == ("17870913679156914",)


def test_a_live_comment_is_heard_and_cannot_be_answered() -> None:
    message = _message("live")
    assert message.reply is None
    assert message.notes == ("live_comment",)


def test_what_is_of_another_account_is_kept_unless_told_otherwise() -> None:
    settings = msgspec.structs.replace(specimen.account.settings, instagram_id="17841400000000002")
    parsed = _parse(_delivery("comment"), replace(specimen.account, settings=settings))
    assert [u.cause for u in parsed.unreadable] == ["another_account"]
    ignoring = msgspec.structs.replace(settings, other_accounts="ignore")
    assert _parse(_delivery("comment"), replace(specimen.account, settings=ignoring)).ignored == 1


@pytest.mark.parametrize(
    ("name", "edge", "words", "asked"),
    [
        ("mention", "mentioned_comment", "text", "mentioned_comment.comment_id(17894227972186120){text"),
        ("mention_caption", "mentioned_media", "caption", "mentioned_media.media_id(17918195224117001){caption"),
    ],
)
async def test_the_words_of_a_mention_are_asked_for_once(
    vendor: Vendor, means: Means, name: str, edge: str, words: str, asked: str
) -> None:
    told = {words: "@acme.shop sent me a broken lamp", "username": "eva", "timestamp": "2026-11-22T09:00:00+0000"}
    vendor.body = json.dumps({edge: told, "id": "17841400000000001"}).encode()
    completed = await InstagramCommentsAsks().complete(_delivery(name), _account(vendor), means)
    (call,) = vendor.calls
    assert asked in unquote(call.path)
    assert call.headers["authorization"] == "Bearer token-0001"
    (message,) = _parse(completed).messages
    assert (message.text, message.sender.handle) == ("@acme.shop sent me a broken lamp", "eva")
    assert message.sent_at is not None
    assert await InstagramCommentsAsks().complete(completed, _account(vendor), means) == completed
    assert len(vendor.calls) == 1


async def test_a_mention_that_meta_does_not_hand_out_waits_and_its_neighbours_do_not(
    vendor: Vendor, means: Means
) -> None:
    both = json.loads(_delivery("comment").body)
    both["entry"] += json.loads(_delivery("mention").body)["entry"]
    delivery = replace(_delivery("comment"), body=json.dumps(both).encode())
    vendor.status, vendor.body = 400, b'{"error": {"code": 100, "message": "private words"}}'
    refused = await InstagramCommentsAsks().complete(delivery, _account(vendor), means)
    parsed = _parse(refused)
    assert len(parsed.messages) == 1
    assert [u.cause for u in parsed.unreadable] == ["not_fetched"]
    assert "private words" not in parsed.unreadable[0].detail
    vendor.status, vendor.body = 200, b'{"mentioned_comment": {"text": "@acme.shop hello", "username": "eva"}}'
    replayed = await InstagramCommentsAsks().complete(refused, _account(vendor), means)
    assert len(_parse(replayed).messages) == 2


async def test_a_mention_waits_while_meta_is_busy(vendor: Vendor, means: Means) -> None:
    vendor.status = 503
    with pytest.raises(TryLater):
        await InstagramCommentsAsks().complete(_delivery("mention"), _account(vendor), means)


async def test_a_comment_without_a_mention_asks_nobody(vendor: Vendor, means: Means) -> None:
    delivery = _delivery("comment")
    assert await InstagramCommentsAsks().complete(delivery, _account(vendor), means) is delivery
    assert vendor.calls == []


async def test_a_mention_is_answered_through_the_account(vendor: Vendor, means: Means) -> None:
    told = {"text": "@acme.shop hello", "username": "eva"}
    message = _message("mention", mentioned=told)
    assert message.reply is not None
    outgoing = Outgoing(
        outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=message.reply, text="Sì & no"
    )
    await InstagramCommentsSends().send(outgoing, _account(vendor), means)
    (call,) = vendor.calls
    assert call.path == "/17841400000000001/mentions"
    said = {"comment_id": ["17894227972186120"], "media_id": ["17918195224117000"], "message": ["Sì & no"]}
    assert parse_qs(call.body.decode()) == said


def test_a_mention_under_our_own_post_is_the_comment_that_came_too() -> None:
    told = {"text": "@acme.shop hello", "username": "eva"}
    mention = _message("mention", mentioned=told, comment_id="17870913679156914")
    assert mention.provider_message_id == _message("comment").provider_message_id


@pytest.mark.parametrize(
    ("status", "body", "works", "words"),
    [
        (200, b'{"username": "acme.shop"}', True, "acme.shop"),
        (200, b'{"username": "other"}', False, "see username"),
        (400, b'{"error": {"code": 10}}', False, "instagram_manage_comments"),
        (400, b'{"error": {"code": 190}}', False, "expired or revoked"),
        (400, b'{"error": {"code": 100}}', False, "instagram_id"),
    ],
)
async def test_the_check_names_what_is_missing(
    vendor: Vendor, means: Means, status: int, body: bytes, works: bool, words: str
) -> None:
    vendor.status, vendor.body = status, body
    verdict = await InstagramCommentsChecks().check(_account(vendor), means)
    assert verdict.works is works
    assert words in verdict.words
    assert channel.name == "instagram_comments"
