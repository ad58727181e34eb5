"""What only Slack does on the way in."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged
from shared.channel.inbound import InboundMessage, Parsed
from shared.channels.slack.inbound import SlackReceives
from shared.channels.slack.settings import SlackSettings
from shared.channels.slack.specimen import specimen
from shared.channels.slack.words import escaped, plain
from tests.contract.channels.specimen import NOW, fixture


def _parse(name: str, settings: SlackSettings | None = None, **change: Any) -> Parsed:
    whole = json.loads(fixture(__file__, f"{name}.json"))
    if change:
        whole["event"].update(change)
    account = replace(specimen.account, settings=settings or SlackSettings())
    return SlackReceives().parse(Delivery(account="slack-1", received_at=NOW, body=json.dumps(whole).encode()), account)


def _message(name: str, settings: SlackSettings | None = None, **change: Any) -> InboundMessage:
    (message,) = _parse(name, settings, **change).messages
    return message


def test_the_trial_of_the_address_is_answered_as_text() -> None:
    answer = _parse("challenge").answer
    assert (answer.status, answer.media_type) == (200, "text/plain")
    assert answer.body == b"3eZbrw1aBm2rZgRNFdxV2595E9CY3gmdALWMmHkvFXO7tYXAYM8P"


@pytest.mark.parametrize("timestamp", ["", "1795339800.0", "+1795339800", "１７９５３３９８００", "9" * 40])
def test_a_timestamp_is_digits_and_nothing_else(timestamp: str) -> None:
    headers = {**specimen.valid.headers, "x-slack-request-timestamp": timestamp}
    with pytest.raises(DeliveryForged):
        SlackReceives().authenticate(replace(specimen.valid, headers=headers), specimen.account)


def test_a_thread_is_a_talk_and_a_direct_message_has_but_one() -> None:
    first, again, direct = _message("message"), _message("file"), _message("direct")
    assert first.conversation == again.conversation == "C0HELP:1795339770.000200"
    assert direct.conversation == "D0ANNA"
    assert again.reply is not None
    assert (again.reply.to, again.reply.thread) == ("C0HELP", {"thread_ts": "1795339770.000200"})
    assert first.sent_at == datetime(2026, 11, 22, 9, 29, 30, 200, UTC)


def test_marks_become_words_and_ours_become_none() -> None:
    assert _message("direct").text == "Still nothing <3 days> see the order (https://a.test/1)"
    assert plain("<@U0ANNA|anna> in <#C0HELP|help>: <!channel> &amp; <mailto:a@b.test|a@b.test>") == (
        "@anna in #help: @channel & a@b.test"
    )
    assert plain("5 < 6 > <>") == "5 < 6 > <>"
    assert plain(escaped("<!channel> & co")) == "<!channel> & co"


def test_files_are_fetched_by_id_and_what_cannot_be_had_says_why() -> None:
    message = _message("file")
    assert message.text == "[box.png] [file] [file] [Plan]"
    assert [(a.media, a.note is None) for a in message.attachments] == [
        ("F0BOX", True),
        ("F0CONNECT", True),
        (None, False),
        (None, False),
    ]


def test_a_mention_is_the_same_message_as_the_message() -> None:
    assert _message("message", type="app_mention").provider_message_id == _message("message").provider_message_id


def test_only_the_conversations_that_are_named_count_and_direct_messages_always() -> None:
    other = SlackSettings(conversations=("C0OTHER",))
    assert _parse("message", other).ignored == 1
    assert _parse("changed", other).ignored == _parse("deleted", other).ignored == 1
    assert _message("direct", other).text
    assert _message("message", SlackSettings(conversations=("C0HELP",))).text


@pytest.mark.parametrize(
    ("members", "team", "heard", "internal"),
    [
        ("customers", "T0OURS", 1, False),
        ("colleagues", "T0OURS", 1, True),
        ("ignore", "T0OURS", 0, False),
        ("ignore", "T0THEIRS", 1, False),
    ],
)
def test_who_belongs_to_the_workspace_is_what_the_settings_say(
    members: Any, team: str, heard: int, internal: bool
) -> None:
    messages = _parse("message", SlackSettings(members=members), user_team=team).messages
    assert len(messages) == heard
    assert all(message.sender.internal is internal for message in messages)


def test_our_own_user_is_not_heard_even_without_a_bots_mark() -> None:
    assert _parse("message", user="U0BOT").ignored == 1


def test_the_place_of_a_message_that_is_gone_is_a_removal() -> None:
    kept = {"subtype": "tombstone", "ts": "1795339770.000200", "text": "This message was deleted."}
    (change,) = _parse("changed", message=kept).changes
    assert (change.kind, change.target) == ("removal", "C0HELP:1795339770.000200")


def test_events_that_slack_held_back_are_not_counted_away() -> None:
    assert [item.cause for item in _parse("limited").unreadable] == ["held_back"]
