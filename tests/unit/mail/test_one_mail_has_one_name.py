"""Every copy of a mail has the same name, and no other mail has it."""

from __future__ import annotations

import pytest

from shared.mail.reading import parse_mail
from tests.unit.mail.corpus import HEAD

_NAMED = HEAD + b"Date: Sun, 22 Nov 2026 10:29:55 +0100\r\n\r\nmanca la cerniera\r\n"


@pytest.mark.parametrize(
    "copy",
    [
        _NAMED,
        _NAMED.replace(b"\r\n", b"\n"),
        b"Received: from a by b; Sun, 22 Nov 2026 10:30:00 +0100\r\nDelivered-To: x@y\r\n" + _NAMED,
        b"Return-Path: <anna@example.test>\r\n" + _NAMED + b"\r\n",
    ],
)
def test_every_copy_of_a_mail_has_its_name(copy: bytes) -> None:
    assert parse_mail(copy).identity == parse_mail(_NAMED).identity


@pytest.mark.parametrize(
    ("old", "new"),
    [(b"cerniera", b"maniglia"), (b"anna@", b"bruno@"), (b"10:29:55", b"10:29:56"), (b"Subject: x", b"Subject: y")],
)
def test_another_mail_with_the_same_message_id_is_another_mail(old: bytes, new: bytes) -> None:
    other = parse_mail(_NAMED.replace(old, new))
    assert other.message_id == parse_mail(_NAMED).message_id
    assert other.identity != parse_mail(_NAMED).identity


def test_without_a_message_id_all_bytes_are_the_name() -> None:
    bare = _NAMED.replace(b"Message-ID: <1@example.test>\r\n", b"")
    assert parse_mail(bare).identity == parse_mail(bare).identity
    assert parse_mail(bare).identity != parse_mail(b"Received: later\r\n" + bare).identity
    assert parse_mail(bare).message_id is None
