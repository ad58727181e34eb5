"""What only WhatsApp does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, DeliveryIgnored, DeliveryMalformed, SendingFailed
from shared.channel.inbound import InboundMessage, Parsed
from shared.channel.outbound import Means, Outgoing
from shared.channels.whatsapp import channel
from shared.channels.whatsapp.inbound import REPLY_WINDOW, WhatsAppReceives
from shared.channels.whatsapp.outbound import WhatsAppSends
from shared.channels.whatsapp.settings import WhatsAppSettings
from shared.channels.whatsapp.specimen import specimen
from shared.faults import TryLater
from tests.contract.channels.specimen import NOW, fixture
from tests.contract.channels.vendor import Vendor, vendor_on_loopback

RECEIVES = WhatsAppReceives()


def _parse(body: bytes, account: Account = specimen.account) -> Parsed:
    return RECEIVES.parse(Delivery(account="whatsapp-1", received_at=NOW, body=body), account)


def _message(name: str) -> InboundMessage:
    (message,) = _parse(fixture(__file__, f"{name}.json")).messages
    return message


def _changed(**change: Any) -> bytes:
    whole = json.loads(fixture(__file__, "message.json"))
    whole["entry"][0]["changes"][0]["value"].update(change)
    return json.dumps(whole).encode()


def test_the_handshake_is_echoed_as_text_to_who_knows_the_word() -> None:
    query = "hub.mode=subscribe&hub.verify_token=our-word-0001&hub.challenge=1158201444"
    answer = RECEIVES.handshake(Delivery(account="a", received_at=NOW, method="GET", query=query), specimen.account)
    assert (answer.status, answer.body, answer.media_type) == (200, b"1158201444", "text/plain")


def test_a_handshake_without_a_word_of_ours_is_refused() -> None:
    bare = replace(specimen.account, secrets={"verify_token": ("",)})
    query = "hub.mode=subscribe&hub.verify_token=&hub.challenge=1"
    with pytest.raises(DeliveryForged):
        RECEIVES.handshake(Delivery(account="a", received_at=NOW, method="GET", query=query), bare)


def test_a_person_with_a_number_is_reached_by_it_for_a_day() -> None:
    message = _message("message")
    assert message.sender.phone == "+393331112233"
    assert message.sender.verified == ("phone",)
    assert message.sender.name == "Anna Bianchi"
    assert message.threaded
    assert message.reply is not None
    assert message.reply.to == "393331112233"
    assert message.sent_at is not None
    assert message.reply.window_ends_at == message.sent_at + REPLY_WINDOW


def test_a_person_who_hides_the_number_is_named_and_reached_by_user_id() -> None:
    message = _message("user_id_only")
    assert message.conversation == "IT.13491208655302741918"
    assert message.sender.phone is None
    assert message.sender.handle == "IT.13491208655302741918"
    assert message.joins.references == ("wamid.ours",)
    assert message.reply is not None
    assert message.reply.thread["addressed_by"] == "user_id"


def test_a_picture_comes_with_its_caption_and_the_name_to_fetch_it_by() -> None:
    message = _message("image")
    assert message.text == "The box as it came"
    (picture,) = message.attachments
    assert (picture.name, picture.media_type, picture.media) == ("image.jpeg", "image/jpeg", "2754859441498128")


def test_what_whatsapp_does_not_hand_on_is_filed_all_the_same() -> None:
    message = _message("unsupported")
    assert "does not hand on" in message.text
    assert message.notes == ("unsupported",)


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"type": "button", "button": {"text": "Cancel it"}}, "Cancel it"),
        ({"type": "interactive", "interactive": {"list_reply": {"title": "Late", "description": "3 d"}}}, "Late - 3 d"),
        ({"type": "interactive", "interactive": 5}, "[interactive]"),
        ({"type": "location", "location": {"latitude": 45.1, "name": "Depot"}}, "[location] Depot 45.1"),
        ({"type": "audio", "audio": {"id": "1", "mime_type": "audio/ogg; codecs=opus"}}, "[audio]"),
        ({"type": "of_tomorrow"}, "[of_tomorrow]"),
    ],
)
def test_every_kind_of_message_says_something(said: dict[str, Any], text: str) -> None:
    (message,) = _parse(_changed(messages=[{"from": "39", "id": "wamid.x", "timestamp": "1", **said}])).messages
    assert message.text == text


def test_a_message_to_another_number_is_kept_and_not_filed() -> None:
    parsed = _parse(_changed(metadata={"phone_number_id": "999"}))
    assert parsed.messages == ()
    assert [item.cause for item in parsed.unreadable] == ["another_number"]


def test_a_message_to_another_number_is_ignored_where_the_account_says_so() -> None:
    settings = WhatsAppSettings(phone_number_id="106540352242922", other_numbers="ignore")
    parsed = _parse(_changed(metadata={"phone_number_id": "999"}), replace(specimen.account, settings=settings))
    assert (parsed.messages, parsed.unreadable, parsed.ignored) == ((), (), 1)


def test_a_thousand_messages_of_one_delivery_each_find_their_person() -> None:
    message = json.loads(fixture(__file__, "message.json"))["entry"][0]["changes"][0]["value"]["messages"][0]
    people = [f"39333{n:07}" for n in range(1000)]
    parsed = _parse(
        _changed(
            messages=[{**message, "id": f"wamid.{number}", "from": number} for number in people],
            contacts=[{"wa_id": number, "profile": {"name": f"N{number}"}} for number in reversed(people)],
        )
    )
    assert [m.sender.name for m in parsed.messages] == [f"N{number}" for number in people]


def test_a_broken_change_or_entry_is_kept_beside_its_neighbours() -> None:
    whole = json.loads(fixture(__file__, "message.json"))
    whole["entry"][0]["changes"] += [{"field": "messages"}, 5]
    whole["entry"] += [{"id": "1"}, None]
    parsed = _parse(json.dumps(whole).encode())
    assert (len(parsed.messages), len(parsed.unreadable), parsed.ignored) == (1, 4, 0)


def test_a_delivery_about_something_else_is_kept() -> None:
    with pytest.raises(DeliveryMalformed):
        _parse(b'{"object": "page", "entry": []}')


def test_a_delivery_without_events_is_ignored() -> None:
    with pytest.raises(DeliveryIgnored):
        _parse(b'{"object": "whatsapp_business_account", "entry": []}')


def test_half_a_surrogate_pair_spoils_one_letter_only() -> None:
    body = fixture(__file__, "batch.json").replace(b"number 3", rb"number \ud83d 3")
    parsed = _parse(body)
    assert len(parsed.messages) == 12
    assert "The delivery is late, number � 3" in [m.text for m in parsed.messages]


# --- the way out -----------------------------------------------------------------------------------------------------


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with vendor_on_loopback() as running:
        yield running


def _account(vendor: Vendor) -> Account:
    return replace(
        specimen.account, settings=WhatsAppSettings(phone_number_id="106540352242922", api_base_url=vendor.url)
    )


async def _send(vendor: Vendor, message: InboundMessage) -> None:
    assert message.reply is not None
    outgoing = Outgoing(
        outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=message.reply, text="We send it today."
    )
    async with httpx.AsyncClient(trust_env=False) as http:
        await WhatsAppSends().send(outgoing, _account(vendor), Means(http=http))


async def test_an_answer_quotes_the_message_and_carries_our_id(vendor: Vendor) -> None:
    await _send(vendor, _message("message"))
    sent = json.loads(vendor.calls[0].body)
    assert sent["to"] == "393331112233"
    assert sent["context"] == {"message_id": "wamid.one"}
    assert sent["biz_opaque_callback_data"] == str(UUID(int=7))
    assert vendor.calls[0].headers["authorization"] == "Bearer token-0001"


async def test_an_answer_to_a_user_id_names_a_recipient(vendor: Vendor) -> None:
    await _send(vendor, _message("user_id_only"))
    sent = json.loads(vendor.calls[0].body)
    assert sent["recipient"] == "IT.13491208655302741918"
    assert "to" not in sent


@pytest.mark.parametrize(
    ("status", "code", "cause"),
    [(400, 131047, "window_closed"), (400, 131026, "unreachable"), (401, 190, "credentials"), (403, 10, "credentials")],
)
async def test_a_refusal_is_told_by_metas_own_code(vendor: Vendor, status: int, code: int, cause: str) -> None:
    vendor.status, vendor.body = status, json.dumps({"error": {"code": code, "message": "Anna"}}).encode()
    with pytest.raises(SendingFailed) as failed:
        await _send(vendor, _message("message"))
    assert failed.value.cause == cause
    assert "Anna" not in str(failed.value)


@pytest.mark.parametrize("error", [{"code": 130429}, {"code": 131056}, {"code": 999, "is_transient": True}])
async def test_a_limit_is_tried_later_though_the_status_says_400(vendor: Vendor, error: dict[str, Any]) -> None:
    vendor.status, vendor.body = 400, json.dumps({"error": error}).encode()
    with pytest.raises(TryLater):
        await _send(vendor, _message("message"))


# --- media -----------------------------------------------------------------------------------------------------------


async def _fetch(vendor: Vendor, *, limit: int = 100) -> bytes:
    assert channel.media is not None
    async with httpx.AsyncClient(trust_env=False) as http:
        return await channel.media.fetch("2754", _account(vendor), Means(http=http), limit=limit)


async def test_a_file_is_asked_for_by_id_and_then_fetched(vendor: Vendor) -> None:
    vendor.body = json.dumps({"url": f"{vendor.url}/file"}).encode()
    assert await _fetch(vendor) == vendor.body
    assert [call.path for call in vendor.calls] == ["/2754", "/file"]
    assert all(call.headers["authorization"] == "Bearer token-0001" for call in vendor.calls)


@pytest.mark.parametrize(
    "address",
    [
        "http://169.254.169.254/latest",
        "https://evil.example/x",
        "https://lookaside.fbsbx.com@evil.example/",
        "file:///etc/passwd",
        "https://lookaside.fbsbx.com.evil.example/",
        "http://lookaside.fbsbx.com/",
        "https://[::1",
        "",
    ],
)
async def test_a_file_elsewhere_is_not_fetched(vendor: Vendor, address: str) -> None:
    vendor.body = json.dumps({"url": address}).encode()
    with pytest.raises(SendingFailed):
        await _fetch(vendor)
    assert len(vendor.calls) == 1


async def test_a_file_over_the_limit_is_not_fetched_to_its_end(vendor: Vendor) -> None:
    vendor.body = json.dumps({"url": f"{vendor.url}/file", "padding": "x" * 1000}).encode()
    with pytest.raises(SendingFailed) as failed:
        await _fetch(vendor, limit=100)
    assert failed.value.cause == "too_large"
