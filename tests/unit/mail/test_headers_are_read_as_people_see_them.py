"""Subjects, senders and dates, in whatever way they were written."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.mail.reading import parse_mail
from tests.unit.mail.corpus import HEAD, HOSTILE, LATIN


def test_eight_bit_headers_and_body_without_any_mime_are_read() -> None:
    mail = parse_mail(LATIN)
    assert mail.subject == "Réclamation café"
    assert mail.text == "La machine à café est cassée."
    assert mail.sender is not None
    assert mail.sender.name == "Zoé"


@pytest.mark.parametrize(
    ("subject", "read"),
    [
        (b"=?utf-8?B?UGV6em8gbWFuY2FudGU=?=", "Pezzo mancante"),
        (b"=?UTF-8?Q?perch=C3=A9_?= =?UTF-8?Q?no?=", "perché no"),
        (b"=?utf-8?Q?perch=C3?=\r\n =?utf-8?Q?=A9?=", "perché"),  # one letter cut in two
        (b"=?iso-8859-1?q?caf=E9?= e =?utf-8?q?t=C3=A8?=", "café e tè"),
        (b"=?utf-8*it?q?caff=C3=A8?=", "caffè"),
        (b"=?utf-8?Q?Perch=C3=A9??=", "Perché?"),
        (b"=?x-unknown?q?ciao?=", "ciao"),
        (b"=?utf-8?b?UGV6em8gbWFuY2FudGU?=", "Pezzo mancante"),  # padding forgotten
        (b"=?broken", "=?broken"),
        ("perché".encode(), "perché"),
        (b"a\tb\x00c", "a b c"),
    ],
)
def test_subjects_are_read_as_people_see_them(subject: bytes, read: str) -> None:
    assert parse_mail(b"From: a@b.test\r\nSubject: " + subject + b"\r\n\r\nx\r\n").subject == read


@pytest.mark.parametrize(
    ("field", "email_address", "name"),
    [
        (b"Anna <anna@example.test>", "anna@example.test", "Anna"),
        (b'"Bianchi, Anna" <Anna@Example.TEST>', "Anna@example.test", "Bianchi, Anna"),
        (b"=?utf-8?q?No=C3=A8?= <n@example.test>", "n@example.test", "Noè"),
        (b'"=?utf-8?q?No=C3=A8?=" <n@example.test>', "n@example.test", "Noè"),
        (b"anna@example.test (Anna)", "anna@example.test", None),
        (b"anna@example.test", "anna@example.test", None),
        (b"<anna@example.test>, bruno@example.test", "anna@example.test", None),
        (b"Group: anna@example.test;", "anna@example.test", None),
        (b'"evil@example.test" <anna@example.test>', "anna@example.test", "evil@example.test"),
        (b"evil@example.test <anna@example.test>", "anna@example.test", "evil@example.test"),
        (b"mailto anna@example.test please", "anna@example.test", None),
        (b'"a b"@example.test', '"a b"@example.test', None),
        ("zoë@münchen.test".encode(), "zoë@münchen.test", None),
    ],
)
def test_senders_are_found(field: bytes, email_address: str, name: str | None) -> None:
    sender = parse_mail(b"From: " + field + b"\r\nSubject: x\r\n\r\nx\r\n").sender
    assert sender is not None
    assert (sender.email, sender.name) == (email_address, name)


@pytest.mark.parametrize("field", [b"", b"Anna", b"<>", b"anna@", b"@b", b"a b c", b"a@b@c <x>"])
def test_no_address_is_made_up(field: bytes) -> None:
    assert parse_mail(b"From: " + field + b"\r\nSubject: x\r\n\r\nx\r\n").sender is None


def test_a_form_mailer_speaks_for_the_customer_in_reply_to() -> None:
    read = parse_mail(
        b"From: Sito <noreply@acme.test>\r\nReply-To: Anna <anna@example.test>\r\nSubject: x\r\n\r\nrotto\r\n"
    )
    assert read.sender == read.answer_to
    assert read.sender is not None
    assert read.sender.email == "anna@example.test"


def test_dates_are_instants_in_utc() -> None:
    read = parse_mail(HEAD + b"Date: Sun, 22 Nov 2026 10:29:55 +0100 (CET)\r\n\r\nx")
    assert read.sent_at == datetime(2026, 11, 22, 9, 29, 55, tzinfo=UTC)
    assert parse_mail(HOSTILE["a date from nowhere"]).sent_at is None
    assert parse_mail(HOSTILE["a date before time"]).sent_at is None
