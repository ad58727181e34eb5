"""Mails as people, vendors and attackers send them."""

from __future__ import annotations

import email
import email.policy
import time
from datetime import UTC, datetime
from email.message import EmailMessage

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from shared.mail import limits
from shared.mail.parsed import MailUnreadable, ParsedMail
from shared.mail.reading import parse_mail
from tests.unit.mail.corpus import HEAD, HOSTILE, LATIN


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


def test_eight_bit_headers_and_body_without_any_mime_are_read() -> None:
    mail = parse_mail(LATIN)
    assert mail.subject == "Réclamation café"
    assert mail.text == "La machine à café est cassée."
    assert mail.sender is not None
    assert mail.sender.name == "Zoé"


@pytest.mark.parametrize(
    ("declared", "encoded", "text"),
    [
        ("iso-8859-1", "cp1252", "“caffè” – 5 €"),
        ("us-ascii", "utf-8", "perché no"),
        ("utf-8", "cp1252", "perché no, è così"),
        ("windows-1251", "cp1251", "Сломанный шкаф"),
        ("gb2312", "gb18030", "柜子坏了"),
        ("ks_c_5601-1987", "cp949", "고장났어요"),
        ("x-sjis", "cp932", "壊れています"),
        ("utf-16", "utf-16", "caffè"),
        ("iso-2022-jp", "iso2022_jp", "壊れています"),
        ("no-such-thing", "utf-8", "perché"),
    ],
)
def test_text_is_read_in_the_charset_that_was_meant(declared: str, encoded: str, text: str) -> None:
    raw = HEAD + f"Content-Type: text/plain; charset={declared}\r\n\r\n".encode() + text.encode(encoded)
    assert parse_mail(raw).text == text


def test_a_wrong_charset_is_noted() -> None:
    raw = HEAD + b"Content-Type: text/plain; charset=utf-8\r\n\r\ncaf\xe9\r\n"
    mail = parse_mail(raw)
    assert (mail.text, mail.notes) == ("café", ("charset_guessed",))


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


def _mail(**headers: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Message-ID"] = "anna@example.test", "care@acme.test", "<1@example.test>"
    for name, value in headers.items():
        mail[name.replace("_", "-")] = value
    return mail


def _read(mail: EmailMessage) -> ParsedMail:
    return parse_mail(mail.as_bytes(policy=email.policy.SMTP))


def test_an_attachment_keeps_its_name_and_every_byte() -> None:
    mail, content = _mail(), bytes(range(256)) * 80
    mail.set_content("Vedi allegato: è rotto")
    mail.add_attachment(content, maintype="application", subtype="pdf", filename="scontrino è.pdf")
    (attachment,) = _read(mail).attachments
    assert (attachment.name, attachment.media_type) == ("scontrino è.pdf", "application/pdf")
    assert attachment.content == content
    assert not attachment.inline


@pytest.mark.parametrize(
    ("field", "name"),
    [
        (b"attachment; filename*=UTF-8''scontrino%20%C3%A8.pdf", "scontrino è.pdf"),
        (b"attachment; filename*0*=UTF-8''scontrino%20; filename*1*=%C3%A8; filename*2=.pdf", "scontrino è.pdf"),
        (b'attachment; filename="=?utf-8?q?scontrino_=C3=A8.pdf?="', "scontrino è.pdf"),
        ('attachment; filename="scontrino è.pdf"'.encode(), "scontrino è.pdf"),
        (b'attachment; filename="scontrino \xe8.pdf"', "scontrino è.pdf"),
        (b"attachment; filename=plain.pdf; filename*=UTF-8''better.pdf", "better.pdf"),
        (b'attachment; filename="..\\\\..\\\\evil.exe"', "evil.exe"),
        (b'attachment; filename="/etc/passwd"', "passwd"),
        ('attachment; filename="gpj\u202efdp.exe"'.encode(), "gpj_fdp.exe"),
        (b"attachment; filename=" + b"x" * 500 + b".pdf", "x" * 196 + ".pdf"),
        (b"attachment", "attachment-1.pdf"),
    ],
)
def test_file_names_are_read_in_every_spelling_and_made_safe(field: bytes, name: str) -> None:
    part = b"--b\r\nContent-Type: application/pdf\r\nContent-Disposition: " + field + b"\r\n\r\nx\r\n--b--\r\n"
    (attachment,) = parse_mail(HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part).attachments
    assert attachment.name == name


def test_images_shown_in_the_html_are_inline_and_others_are_not() -> None:
    mail = _mail()
    mail.set_content('<p>rotto <img src="cid:shown@x"></p>', subtype="html")
    for content_id in ("<shown@x>", "<loose@x>"):
        mail.add_related(b"png", maintype="image", subtype="png", cid=content_id, filename=f"{content_id[1:4]}.png")
    read = _read(mail)
    assert [(a.name, a.inline) for a in read.attachments] == [("sho.png", True), ("loo.png", False)]
    assert read.text == "rotto"


def test_html_is_turned_into_text_where_there_is_no_other() -> None:
    mail = _mail()
    mail.set_content("<style>p{}</style><p>Manca&nbsp;la <b>cerniera</b>.</p><p>Grazie</p>", subtype="html")
    read = _read(mail)
    assert read.text.replace("\xa0", " ") == "Manca la cerniera.\n\nGrazie"
    mail.clear_content()
    mail.set_content("   ")
    mail.add_alternative("<p>solo html</p>", subtype="html")
    assert _read(mail).text == "solo html"


def test_plain_text_wins_and_a_footer_does_not_hide_the_html() -> None:
    mail = _mail()
    mail.set_content("il testo")
    mail.add_alternative("<p>la pagina</p>", subtype="html")
    read = _read(mail)
    assert (read.text, read.html is not None and "la pagina" in read.html) == ("il testo", True)
    footed = HEAD + (
        b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\nContent-Type: text/html\r\n\r\n<p>rotto</p>\r\n"
        b"--b\r\n\r\nlist footer\r\n--b--\r\n"
    )
    assert parse_mail(footed).text == "rotto\n\nlist footer"


def test_flowed_text_is_joined_and_quotes_stay_apart() -> None:
    body = "Manca la \r\ncerniera \r\ndell'armadio.\r\n\r\n> prima \r\n> riga\r\n>> piu\r\n-- \r\nAnna\r\n"
    raw = HEAD + b"Content-Type: text/plain; format=flowed\r\n\r\n" + body.encode()
    assert parse_mail(raw).text.split("\n") == [
        "Manca la cerniera dell'armadio.", "", "> prima riga", ">> piu", "--", "Anna",
    ]  # fmt: skip
    joined = raw.replace(b"format=flowed", b"format=flowed; delsp=yes")
    assert "Manca lacernieradell'armadio." in parse_mail(joined).text


def test_a_forwarded_mail_is_a_file_and_speaks_where_nothing_else_does() -> None:
    inner, outer = _mail(Subject="Il reclamo"), _mail()
    inner.set_content("Manca la cerniera")
    outer.add_attachment(inner)
    read = _read(outer)
    assert [(a.name, a.media_type) for a in read.attachments] == [("Il reclamo.eml", "message/rfc822")]
    assert b"Manca la cerniera" in read.attachments[0].content
    assert (read.text, read.notes) == ("Manca la cerniera", ("text_from_forwarded_message",))


def test_calendars_and_winmail_dat_are_kept() -> None:
    mail = _mail()
    mail.set_content("invito")
    calendar = b"BEGIN:VCALENDAR\r\nSUMMARY:Sopralluogo\r\nEND:VCALENDAR\r\n"
    mail.add_attachment(calendar, maintype="text", subtype="calendar")
    mail.add_attachment(b"\x78\x9f\x3e\x22", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    assert [a.name for a in _read(mail).attachments] == ["attachment-1.ics", "winmail.dat"]
    only = HEAD + b"Content-Type: text/calendar; charset=utf-8\r\n\r\n" + calendar
    assert parse_mail(only).text == "Sopralluogo"


def test_more_than_a_hundred_attachments_stay_in_the_raw_mail() -> None:
    part = b"--b\r\nContent-Type: image/png\r\n\r\nx\r\n"
    raw = HEAD + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n" + part * 101 + b"--b--\r\n"
    read = parse_mail(raw)
    assert (len(read.attachments), read.notes) == (100, ("too_many_attachments",))


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


# --- the name of a mail ---------------------------------------------------------------------------

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


# --- any bytes at all -----------------------------------------------------------------------------

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
    mail = _mail(Subject=subject)
    mail.set_content(text + "\n")
    for number, content in enumerate(files):
        mail.add_attachment(content, maintype="application", subtype="octet-stream", filename=f"{number}.bin")
    read = _read(mail)
    assert read.subject == subject
    assert read.text.split() == text.split()
    assert [a.content for a in read.attachments] == files
