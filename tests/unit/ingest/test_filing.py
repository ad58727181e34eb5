"""What a channel read becomes an event: cleaned, dated believably, with tokens proven."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import msgspec

from services.ingest.domain.filing import believable, file_message, quoted_references
from services.ingest.domain.parcel import Filing
from shared.channel.inbound import InboundMessage
from shared.contracts.parts import ReplyAddress, Sender
from shared.reply_token import Tokens

NOW = datetime(2026, 11, 22, 10, 0, tzinfo=UTC)
TOKENS = Tokens(bytes(32))


def filed(**more: object) -> Filing:
    message = InboundMessage(
        **{"provider_message_id": "m1", "conversation": "c1", "sender": Sender(), "text": "x"} | more  # type: ignore[arg-type]
    )
    return file_message(
        message,
        account="shop",
        channel="webhook",
        scope="shop",
        received_at=NOW,
        attachments=(),
        whole=None,
        tokens=TOKENS,
    )


def test_a_time_in_the_future_or_decades_back_is_not_believed() -> None:
    assert believable(NOW - timedelta(days=3), received_at=NOW) == NOW - timedelta(days=3)
    for doubtful in (NOW + timedelta(hours=1), NOW - timedelta(days=365 * 40), NOW.replace(tzinfo=None), None):
        assert believable(doubtful, received_at=NOW) is None


def test_references_are_found_where_they_stand_alone() -> None:
    assert quoted_references("Re: [ABCDEFGH2] delay", "see ABCDEFGH2 and T6QYJ5XZA.") == ("ABCDEFGH2", "T6QYJ5XZA")
    assert quoted_references("ABCDEFGH23", "abcdefgh2", "COMPLAINT", None) == ()
    assert len(quoted_references(" ".join(f"ABCDEFGH{n}" for n in "23456789"))) == 5


def test_a_token_is_proven_before_it_joins() -> None:
    token = TOKENS.reply(account="shop", reference="ABCDEFGH2")
    assert filed(token=token).event.joins.token_reference == "ABCDEFGH2"
    assert filed(token=token[:-1] + "z").event.joins.token_reference is None
    status = f"ABCDEFGH2-{TOKENS.status('ABCDEFGH2')}"
    assert filed(token=status).event.joins.token_reference == "ABCDEFGH2"


def test_nothing_that_a_database_refuses_gets_through() -> None:
    event = filed(
        text="a\x00", subject="\ud800", conversation="\x00", sender=Sender(name="N\x00"), metadata={"k\x00": "v\ud800"}
    ).event
    assert (event.text, event.subject, event.conversation, event.sender.name) == ("a�", "�", "�", "N�")
    assert event.metadata == {"k�": "v�"}


def test_what_an_answer_is_threaded_by_is_clean_too() -> None:
    reply = ReplyAddress(account="shop", channel="webhook", to="a\x00", thread={"message_id": "\ud800"})
    event = filed(reply=reply, automatic="a\x00", language="i\x00", segment="\ud800", notes=("n\x00",)).event
    assert event.reply == ReplyAddress(account="shop", channel="webhook", to="a�", thread={"message_id": "�"})
    assert (event.automatic, event.language, event.segment, event.notes) == ("a�", "i�", "�", ("n�",))
    assert b"\\u0000" not in msgspec.json.encode(event)


def test_another_reference_names_the_same_complaint() -> None:
    first = filed()
    second = first.renamed()
    assert first.event.complaint_id == second.event.complaint_id
    assert first.event.reference != second.event.reference != second.renamed().event.reference
