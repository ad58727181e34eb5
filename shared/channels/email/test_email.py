"""E-mail as it comes in."""

from __future__ import annotations

import email
import email.policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from shared.channel.errors import DeliveryMalformed
from shared.channels.email.recipients import knows
from shared.contracts.parts import ReplyAddress
from tests.support.mail_relay import TOKEN, account_of, read

FIXTURES = Path(__file__).parent / "fixtures"


def mail(**headers: str) -> bytes:
    composed = EmailMessage()
    composed["From"], composed["To"], composed["Message-ID"] = (
        "Anna <Anna@Example.test>",
        "care@acme.test",
        "<1@example.test>",
    )
    for name, value in headers.items():
        composed[name.replace("_", "-")] = value
    composed.set_content(
        "Il codice è AB12.\n\nIl giorno 22/11/2026 alle 10:00 Acme <c@acme.test> ha scritto:\n> Quale?\n"
    )
    return composed.as_bytes(policy=email.policy.SMTP)


def test_a_mail_becomes_a_message_of_its_sender() -> None:
    message = read(mail(Subject="Armadio T6QYJ5XKA"))
    assert (message.sender.name, message.sender.email, message.conversation) == (
        "Anna",
        "anna@example.test",
        "anna@example.test",
    )
    assert message.text == "Il codice è AB12."
    assert message.full_text is not None
    assert "> Quale?" in message.full_text
    assert message.joins.quoted == ("T6QYJ5XKA",)
    assert not message.threaded
    assert message.automatic is None
    assert message.reply == ReplyAddress(
        account="mail-1", channel="email", to="Anna@example.test",
        thread={"message_id": "<1@example.test>", "references": "<1@example.test>"},
    )  # fmt: skip


def test_an_answer_brings_back_the_token_wherever_the_address_stands() -> None:
    address = f"care+{TOKEN}@acme.test"
    assert read(mail(), envelope={"rcpt_to": f"x@acme.test\n{address.upper()}"}).token == TOKEN
    assert read(mail(Cc=f"Acme <{address}>")).token == TOKEN
    assert read(mail(Delivered_To=address)).token == TOKEN
    assert read(mail(), envelope={"rcpt_to": "care@acme.test"}).token is None


def test_the_thread_goes_on_from_the_last_mail() -> None:
    message = read(mail(In_Reply_To="<0@acme.test>", References="<a@x> <0@acme.test>"))
    assert message.joins.references == ("<0@acme.test>", "<a@x>")
    assert message.reply is not None
    assert message.reply.thread["references"] == "<a@x> <0@acme.test> <1@example.test>"


def test_answers_go_where_the_sender_wants_them() -> None:
    message = read(mail(Reply_To="Ufficio <ufficio@example.test>"))
    assert message.reply is not None
    assert message.reply.to == "ufficio@example.test"
    assert message.sender.email == "anna@example.test"


def test_mail_of_our_own_is_never_answered() -> None:
    assert read(mail().replace(b"Anna@Example.test", b"care@acme.test")).automatic == "own-address"


def test_the_sender_is_verified_by_our_own_server_only() -> None:
    vouched = mail(Authentication_Results="mx.acme.test; dmarc=pass header.from=example.test")
    assert read(vouched).sender.verified == ()
    assert read(vouched, authserv_id="mx.acme.test").sender.verified == ("email",)
    failed = read(vouched.replace(b"dmarc=pass", b"dmarc=fail"), authserv_id="mx.acme.test")
    assert (failed.sender.verified, failed.notes) == ((), ("dmarc_failed",))


def test_a_mail_from_nobody_is_kept_without_an_address_to_answer() -> None:
    message = read((FIXTURES / "eight_bit.eml").read_bytes().replace(b"zoe@example.test", b""))
    assert message.reply is None
    assert message.automatic == "no-sender"
    assert message.conversation
    assert "café" in message.text


def test_bytes_that_are_no_mail_are_quarantined_with_a_cause() -> None:
    with pytest.raises(DeliveryMalformed) as malformed:
        read(b"\x89PNG\r\n\x1a\n")
    assert malformed.value.cause == "no_headers"


def test_a_strangers_bounce_is_a_message_and_automatic() -> None:
    raw = (FIXTURES / "bounce.eml").read_bytes().replace(b"<ascolto-", b"<other-")
    assert read(raw).automatic == "auto-submitted"


@pytest.mark.parametrize(
    ("recipient", "known"),
    [
        ("care@acme.test", True),
        ("CARE@Acme.Test", True),
        ("care+anything@acme.test", True),
        ("<care@acme.test>", True),
        ("answers@acme.test", True),
        ("care@other.test", False),
        ("car@acme.test", False),
        ("", False),
        ("+@", False),
    ],
)
def test_recipients_are_known_with_or_without_a_plus_part(recipient: str, known: bool) -> None:
    settings = account_of(**{"from": "answers@acme.test"}).settings
    assert knows(settings, recipient) is known
