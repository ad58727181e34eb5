"""What only chats of Meta do on the way in; Instagram's share the code."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.channel.delivery import Delivery
from shared.channel.inbound import InboundMessage, Parsed
from shared.channels.messenger.inbound import MessengerReceives
from shared.channels.messenger.settings import MessengerSettings
from shared.channels.messenger.specimen import specimen
from shared.meta.messaging import HUMAN_WINDOW, REPLY_WINDOW
from tests.contract.channels.specimen import NOW, fixture


def _parse(body: bytes, **settings: Any) -> Parsed:
    account = replace(specimen.account, settings=MessengerSettings(page_id="112233445566", **settings))
    return MessengerReceives().parse(Delivery(account="messenger-1", received_at=NOW, body=body), account)


def _message(name: str, **settings: Any) -> InboundMessage:
    (message,) = _parse(fixture(__file__, f"{name}.json"), **settings).messages
    return message


def _saying(**told: Any) -> bytes:
    whole = json.loads(fixture(__file__, "message.json"))
    whole["entry"][0]["messaging"][0]["message"] = {"mid": "m_x", **told}
    return json.dumps(whole).encode()


def test_a_person_is_reached_for_a_day_and_by_people_for_a_week_where_meta_allowed_it() -> None:
    message, longer = _message("message"), _message("message", human_agent=True)
    assert (message.sender.handle, message.sender.name) == ("6677001", None)
    assert message.sent_at == datetime(2026, 11, 22, 9, 29, 30, 123_000, UTC)
    assert message.reply is not None
    assert longer.reply is not None
    assert message.reply.window_ends_at == message.sent_at + REPLY_WINDOW
    assert longer.reply.window_ends_at == message.sent_at + HUMAN_WINDOW


def test_a_picture_says_what_it_answers_and_where_it_lies() -> None:
    message = _message("picture")
    assert message.text == "[image]"
    assert message.joins.references == ("m_ours",)
    (picture,) = message.attachments
    assert (picture.name, picture.media) == ("image.jpg", "https://scontent.xx.fbcdn.net/v/box.jpg?oh=1")


@pytest.mark.parametrize(
    ("attachment", "text"),
    [
        (
            {"type": "fallback", "payload": {"title": "My post", "url": "https://a.test/1"}},
            "[link] My post https://a.test/1",
        ),
        (
            {"type": "fallback", "title": "Old form", "url": "https://a.test/2", "payload": None},
            "[link] Old form https://a.test/2",
        ),
        ({"type": "ig_reel", "payload": {"url": "https://a.test/3"}}, "[ig reel] https://a.test/3"),
        ({"type": "story_mention", "payload": {"url": "https://lookaside.fbsbx.com/s"}}, "[story mention]"),
        ({"type": "ephemeral"}, "[a picture or video that can be seen once]"),
        ({"type": "sticker", "payload": {"sticker_id": 369239263222822}}, "[sticker]"),
        ({"type": "location", "payload": {"coordinates": {"lat": 45.1, "long": 9}}}, "[location] 45.1 9"),
        ({"type": 5}, "[5]"),
    ],
)
def test_what_is_not_in_words_is_named_in_brackets(attachment: dict[str, Any], text: str) -> None:
    (message,) = _parse(_saying(attachments=[attachment])).messages
    assert message.text == text
    assert message.attachments == ()


def test_what_is_shared_beside_words_is_told_as_well_but_not_the_card_of_a_link() -> None:
    reel = {"type": "ig_reel", "payload": {"url": "https://a.test/3"}}
    card = {"type": "fallback", "payload": {"url": "https://a.test/4"}}
    (message,) = _parse(_saying(text="Like this: https://a.test/4", attachments=[reel, card])).messages
    assert message.text == "Like this: https://a.test/4\n[ig reel] https://a.test/3"


def test_several_files_of_one_message_are_all_named() -> None:
    payloads = [{"url": "https://cdn.fbsbx.com/v/Rechnung%2048.pdf?dl=1"}, {}]
    (message,) = _parse(_saying(text="See", attachments=[{"type": "file", "payload": p} for p in payloads])).messages
    assert [(a.name, a.media is None, a.note is None) for a in message.attachments] == [
        ("Rechnung 48.pdf", False, True),
        ("file.bin", True, False),
    ]


def test_what_meta_does_not_hand_on_is_filed_all_the_same() -> None:
    (message,) = _parse(_saying(is_unsupported=True)).messages
    assert message.notes == ("unsupported",)
    (empty,) = _parse(_saying()).messages
    assert empty.text == "[a message without words]"


def test_what_another_app_is_to_answer_is_filed_and_not_answered_by_itself() -> None:
    message = _message("standby")
    assert message.text == "Is anybody there?"
    assert message.automatic is not None


def test_a_button_says_what_stands_on_it() -> None:
    body = fixture(__file__, "opened.json").replace(b"Get Started", b"Complain").replace(b"GET_STARTED", b"OTHER")
    (message,) = _parse(body).messages
    assert message.text == "Complain"


def test_the_dashboards_own_test_is_read_in_its_other_form() -> None:
    whole = json.loads(fixture(__file__, "message.json"))
    event = whole["entry"][0].pop("messaging")[0] | {"timestamp": "1795339770"}
    whole["entry"][0]["changes"] = [{"field": "messages", "value": event}, {"field": "feed", "value": {}}]
    parsed = _parse(json.dumps(whole).encode())
    assert [m.provider_message_id for m in parsed.messages] == ["m_one"]
    assert parsed.ignored == 1


def test_another_page_of_the_app_is_kept_or_ignored_as_the_account_says() -> None:
    body = fixture(__file__, "message.json").replace(b'"id": "112233445566", "time"', b'"id": "9", "time"')
    assert [item.cause for item in _parse(body).unreadable] == ["another_account"]
    assert _parse(body, other_accounts="ignore").ignored == 1


def test_two_edits_are_two_and_one_told_twice_is_one() -> None:
    body = fixture(__file__, "edit.json")
    again = body.replace(b'"num_edit": 1', b'"num_edit": 2')
    assert len({_parse(b).changes[0].provider_message_id for b in (body, again, body)}) == 2


def test_a_message_that_meta_tells_of_without_its_words_is_not_lost_unseen() -> None:
    body = fixture(__file__, "edit.json").replace(b'"num_edit": 1', b'"num_edit": 0')
    told = json.loads(body)
    del told["entry"][0]["messaging"][0]["message_edit"]["text"]
    del told["entry"][0]["messaging"][0]["sender"]
    assert [item.cause for item in _parse(json.dumps(told).encode()).unreadable] == ["words_withheld"]


def test_a_broken_entry_or_event_is_kept_beside_its_neighbours() -> None:
    whole = json.loads(fixture(__file__, "message.json"))
    whole["entry"][0]["messaging"] += [5, {"sender": {"id": "6677001"}, "message": {}}]
    whole["entry"] += [{"id": "112233445566"}, None]
    parsed = _parse(json.dumps(whole).encode())
    assert (len(parsed.messages), len(parsed.unreadable), parsed.ignored) == (1, 4, 0)
