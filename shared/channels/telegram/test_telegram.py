"""What only Telegram does on the way in."""

from __future__ import annotations

import json
from typing import Any

import pytest

from shared.channel.delivery import Delivery
from shared.channel.inbound import InboundMessage, Parsed
from shared.channels.telegram.inbound import BUSINESS_WINDOW, TelegramReceives
from shared.channels.telegram.specimen import specimen
from tests.contract.channels.specimen import NOW, fixture


def _parse(name: str, **change: Any) -> Parsed:
    whole = json.loads(fixture(__file__, f"{name}.json"))
    event = next(value for key, value in whole.items() if key != "update_id")
    event.update(change)
    delivery = Delivery(account="telegram-1", received_at=NOW, body=json.dumps(whole).encode())
    return TelegramReceives().parse(delivery, specimen.account)


def _message(name: str, **change: Any) -> InboundMessage:
    (message,) = _parse(name, **change).messages
    return message


def test_a_person_is_the_number_that_stays_and_not_the_name_that_may_change() -> None:
    message = _message("message")
    assert (message.sender.handle, message.sender.name) == ("5550001", "Anna Bianchi")
    assert message.sender.verified == ("handle",)
    assert message.metadata == {"telegram_username": "annab"}
    assert message.reply is not None
    assert message.reply.window_ends_at is None


def test_messages_are_numbered_within_a_chat() -> None:
    other = _message("message", chat={"id": 8, "type": "private"}, **{"from": {"id": 8}})
    assert other.provider_message_id != _message("message").provider_message_id


def test_the_largest_of_a_pictures_sizes_is_taken_and_what_it_answers_is_named() -> None:
    message = _message("photo")
    assert message.text == "The box as it came"
    assert [(a.name, a.media_type, a.media) for a in message.attachments] == [("photo.jpg", "image/jpeg", "large")]
    assert message.joins.references == ("5550001:40",)


def test_a_file_that_telegram_will_not_hand_out_says_so() -> None:
    film = {"file_id": "f", "file_name": "proof.mov", "mime_type": "video/quicktime", "file_size": 30_000_000}
    (file,) = _message("message", document=film).attachments
    assert (file.name, file.media) == ("proof.mov", None)
    assert file.note is not None


@pytest.mark.parametrize(
    ("said", "text"),
    [
        ({"voice": {"file_id": "v"}}, "[voice]"),
        ({"video_note": {"file_id": "v"}}, "[video note]"),
        ({"sticker": {"file_id": "s", "emoji": "\U0001f621"}}, "[sticker \U0001f621]"),
        ({"animation": {"file_id": "a"}, "document": {"file_id": "a"}}, "[animation]"),
        ({"contact": {"first_name": "Anna", "phone_number": "39333"}}, "[contact] Anna 39333"),
        ({"venue": {"title": "Depot"}, "location": {"latitude": 1.5}}, "[venue] Depot"),
        ({"location": {"latitude": 45.1, "longitude": 9}}, "[location] 45.1 9"),
        ({"poll": {"question": "Fair?"}}, "[poll] Fair?"),
        ({"of_tomorrow": {}}, "[a message of a kind that is not known here]"),
    ],
)
def test_every_kind_of_message_says_something(said: dict[str, Any], text: str) -> None:
    whole = json.loads(fixture(__file__, "message.json"))
    del whole["message"]["text"]
    whole["message"].update(said)
    delivery = Delivery(account="telegram-1", received_at=NOW, body=json.dumps(whole).encode())
    (message,) = TelegramReceives().parse(delivery, specimen.account).messages
    assert message.text == text


@pytest.mark.parametrize(("text", "heard"), [("/start", 0), ("/start it-77", 0), ("/start, damn you", 1), ("/help", 1)])
def test_only_the_button_that_opens_the_chat_is_no_message(text: str, heard: int) -> None:
    assert len(_parse("message", text=text).messages) == heard


def test_two_edits_are_two_and_a_live_location_that_moves_is_none() -> None:
    assert _parse("edited").changes[0].provider_message_id == "5550001:41#edit731500101"
    assert _parse("edited", location={"latitude": 1.0}).ignored == 1


# --- a business account that the bot is connected to -----------------------------------------------------------------


def test_a_message_to_a_connected_business_account_is_answered_through_it_within_a_day() -> None:
    message = _message("business")
    assert message.conversation == "bc-1:5550001" != _message("message").conversation
    assert message.provider_message_id != _message("message").provider_message_id
    assert message.reply is not None
    assert message.sent_at is not None
    assert message.reply.thread["connection"] == "bc-1"
    assert message.reply.window_ends_at == message.sent_at + BUSINESS_WINDOW


def test_removals_in_a_business_chat_are_told_one_by_one() -> None:
    changes = _parse("business_deleted").changes
    assert [(c.kind, c.target) for c in changes] == [("removal", "bc-1:5550001:41"), ("removal", "bc-1:5550001:44")]
    assert changes[0].target == _message("business").provider_message_id
    assert _parse("business_deleted", message_ids=[41, []]).unreadable
