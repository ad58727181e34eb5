"""What only a Facebook page does."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import httpx
import pytest

from shared.channel.delivery import Delivery
from shared.channel.errors import SendingFailed
from shared.channel.inbound import InboundMessage, Parsed
from shared.channel.outbound import Means, Outgoing
from shared.channels.facebook_page import channel
from shared.channels.facebook_page.inbound import FacebookPageReceives
from shared.channels.facebook_page.outbound import FacebookPageSends
from shared.channels.facebook_page.settings import FacebookPageSettings
from shared.channels.facebook_page.specimen import specimen
from tests.contract.channels.specimen import NOW, fixture
from tests.contract.channels.vendor import vendor_on_loopback


def _parse(name: str, **change: Any) -> Parsed:
    whole = json.loads(fixture(__file__, f"{name}.json"))
    whole["entry"][0]["changes"][0]["value"].update(change)
    delivery = Delivery(account="page-1", received_at=NOW, body=json.dumps(whole).encode())
    return FacebookPageReceives().parse(delivery, specimen.account)


def _message(name: str, **change: Any) -> InboundMessage:
    (message,) = _parse(name, **change).messages
    return message


def test_a_comment_is_public_and_answered_under_itself() -> None:
    message = _message("comment")
    assert message.public
    assert message.reply is not None
    assert message.reply.public
    assert message.reply.thread == {"comment_id": "112233445566_1_77"}
    assert (message.sender.name, message.sender.handle) == ("Dario Verdi", "9988776655")


def test_a_second_comment_of_one_author_joins_and_anothers_does_not() -> None:
    first = _message("comment")
    assert first.threaded
    again = _message("comment", comment_id="112233445566_1_90", parent_id="112233445566_1_77")
    other = _message("comment", comment_id="112233445566_1_91", **{"from": {"id": "1", "name": "Else"}})
    assert again.conversation == first.conversation != other.conversation
    assert again.joins.references == ("112233445566_1_77",)


def test_two_edits_are_two_and_one_edit_told_twice_is_one() -> None:
    ids = {_parse("edited", message=words).changes[0].provider_message_id for words in ("a", "b", "a")}
    assert len(ids) == 2


def test_a_visitors_post_is_a_message_too() -> None:
    message = _message("visitor_post")
    assert message.provider_message_id == "112233445566_2"
    assert message.text == "Nobody answers your telephone"


def test_a_picture_without_words_is_a_message() -> None:
    message = _message("photo_comment")
    assert message.text == "[photo]"
    assert [a.media for a in message.attachments] == ["https://scontent.fbcdn.net/v/1.jpg"]


def test_an_author_whom_meta_does_not_name_is_heard() -> None:
    message = _message("comment", **{"from": None})
    assert message.sender.handle is None
    assert message.reply is not None
    assert message.reply.thread == {"comment_id": "112233445566_1_77"}


@pytest.mark.parametrize(
    "media", ["http://scontent.fbcdn.net/1.jpg", "https://evil.example/1.jpg", "https://127.0.0.1/"]
)
async def test_a_picture_elsewhere_is_not_fetched(media: str) -> None:
    assert channel.media is not None
    async with httpx.AsyncClient(trust_env=False) as http:
        with pytest.raises(SendingFailed):
            await channel.media.fetch(media, specimen.account, Means(http=http), limit=100)


async def test_an_answer_is_a_comment_whose_token_stands_in_a_header() -> None:
    message = _message("comment")
    assert message.reply is not None
    outgoing = Outgoing(
        outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=message.reply, text="È qui & lì"
    )
    with vendor_on_loopback() as vendor:
        settings = FacebookPageSettings(page_id="112233445566", api_base_url=f"{vendor.url}/v24.0/")
        async with httpx.AsyncClient(trust_env=False) as http:
            await FacebookPageSends().send(outgoing, replace(specimen.account, settings=settings), Means(http=http))
    (call,) = vendor.calls
    assert call.path == "/v24.0/112233445566_1_77/comments"
    assert parse_qs(call.body.decode()) == {"message": ["È qui & lì"]}
    assert call.headers["authorization"] == "Bearer token-0001"
