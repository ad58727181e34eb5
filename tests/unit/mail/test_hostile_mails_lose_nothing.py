"""Mails as attackers send them, and bytes that are hardly mails at all."""

from __future__ import annotations

import time

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shared.mail import limits
from shared.mail.parsed import MailUnreadable
from shared.mail.reading import parse_mail
from tests.unit.mail.corpus import HEAD, HOSTILE
from tests.unit.mail.written import read_back, written


@pytest.mark.parametrize("what", HOSTILE)
def test_a_hostile_mail_is_read_within_a_second_and_loses_nothing(what: str) -> None:
    started = time.process_time()
    mail = parse_mail(HOSTILE[what])
    assert time.process_time() - started < 1.0
    said = mail.text.replace("\x00", "") + "".join(a.content.decode("latin-1") for a in mail.attachments)
    assert "manca la cerni" in said
    assert mail.sender is not None
    assert mail.sender.email == "anna@example.test"


@pytest.mark.parametrize(
    ("what", "note"),
    [
        ("a thousand levels of parts", "too_deep"),
        ("a thousand messages in each other", "nested_too_deep"),
        ("eight thousand recipients", "too_many_recipients"),
        ("twenty thousand parts", "too_many_parts"),
        ("headers of a megabyte", "headers_too_long"),
        ("a multipart that is never closed", "unclosed_multipart"),
    ],
)
def test_over_a_limit_the_reading_is_marked_as_degraded(what: str, note: str) -> None:
    assert note in parse_mail(HOSTILE[what]).notes


def test_at_a_limit_nothing_is_marked() -> None:
    many = b", ".join(b"c%d@acme.test" % n for n in range(limits.RECIPIENTS))
    mail = parse_mail(b"From: a@b.test\r\nTo: " + many + b"\r\n\r\nx\r\n")
    assert (len(mail.recipients), mail.notes) == (limits.RECIPIENTS, ())


@pytest.mark.parametrize(
    "raw", [b"", b" \r\n\r\n", b"{}", b'{"a": 1}', b"\x00" * 100, b"no mail at all\r\n", b"a:b\r\n\r\n"]
)
def test_what_is_no_mail_is_said_to_be_none(raw: bytes) -> None:
    with pytest.raises(MailUnreadable) as unreadable:
        parse_mail(raw)
    assert unreadable.value.cause in ("empty", "no_headers")


def test_more_than_a_hundred_attachments_stay_in_the_raw_mail() -> None:
    part = b"--b\r\nContent-Type: image/png\r\n\r\nx\r\n"
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 101 + b"--b--\r\n"
    read = parse_mail(raw)
    assert (len(read.attachments), read.notes) == (100, ("too_many_attachments",))


_LINES = st.sampled_from(
    rb"""From: a@b.test|From: |Subject: =?utf-8?q?x|Content-Type: multipart/mixed; boundary=b||--b|--b--|> quoted
<div><p>x|Content-Type: multipart/alternative; boundary="b"|Content-Type: text/html; charset=utf-16
Content-Type: message/rfc822|Content-Transfer-Encoding: base64|Content-Transfer-Encoding: quoted-printable
Content-Type: text/calendar|SUMMARY:x|Content-Disposition: attachment; filename*0*=a'b'c
References: <a> <b|On 1.1. <a> wrote:|Action: failed|=C3=| folded
Content-Type: multipart/report; report-type=delivery-status; boundary=b|Content-Type: message/delivery-status|To: (((
Date: Sun, 22 Nov 2026 10:29:55 -9999|Cc: "\|Content-Type: text/plain; format=flowed|Content-ID: <|cid:""".replace(
        b"\n", b"|"
    ).split(b"|")
)


@given(st.lists(st.one_of(_LINES, st.binary(max_size=40)), max_size=40).map(b"\r\n".join))
@example(b"From:\r\n\r\n")
@settings(max_examples=400, deadline=None, suppress_health_check=[HealthCheck.too_slow])
def test_no_bytes_make_the_reader_fail(raw: bytes) -> None:
    try:
        read = parse_mail(raw)
    except MailUnreadable:
        return
    assert read.identity
    assert len(read.attachments) <= limits.ATTACHMENTS


@given(
    text=st.text(st.characters(blacklist_categories=("Cs", "Cc")), max_size=200),
    subject=st.text(st.characters(blacklist_categories=("Cs", "Cc", "Zl", "Zp", "Zs")), min_size=1, max_size=60),
    files=st.lists(st.binary(max_size=200), max_size=3),
)
@settings(max_examples=150, deadline=None)
def test_what_the_standard_library_writes_is_read_back(text: str, subject: str, files: list[bytes]) -> None:
    mail = written(Subject=subject)
    mail.set_content(text + "\n")
    for number, content in enumerate(files):
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=f"{number}.bin")
    read = read_back(mail)
    assert read.subject == subject
    assert read.text.split() == text.split()
    assert [a.content for a in read.attachments] == files
