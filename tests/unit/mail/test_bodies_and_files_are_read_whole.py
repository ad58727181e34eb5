"""Text in every charset and shape, and the files beside it."""

from __future__ import annotations

import pytest

from shared.mail.reading import parse_mail
from tests.unit.mail.corpus import HEAD
from tests.unit.mail.written import read_back, written


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


def test_an_attachment_keeps_its_name_and_every_byte() -> None:
    mail, content = written(), bytes(range(256)) * 80
    mail.set_content("Vedi allegato: è rotto")
    mail.add_attachment(content, maintype="application", subtype="pdf", filename="scontrino è.pdf")
    (attachment,) = read_back(mail).attachments
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
    mail = written()
    mail.set_content('<p>rotto <img src="cid:shown@x"></p>', subtype="html")
    for content_id in ("<shown@x>", "<loose@x>"):
        mail.add_related(b"png", maintype="image", subtype="png", cid=content_id, filename=f"{content_id[1:4]}.png")
    read = read_back(mail)
    assert [(a.name, a.inline) for a in read.attachments] == [("sho.png", True), ("loo.png", False)]
    assert read.text == "rotto"


def test_html_is_turned_into_text_where_there_is_no_other() -> None:
    mail = written()
    mail.set_content("<style>p{}</style><p>Manca&nbsp;la <b>cerniera</b>.</p><p>Grazie</p>", subtype="html")
    read = read_back(mail)
    assert read.text.replace("\xa0", " ") == "Manca la cerniera.\n\nGrazie"
    mail.clear_content()
    mail.set_content("   ")
    mail.add_alternative("<p>solo html</p>", subtype="html")
    assert read_back(mail).text == "solo html"


def test_plain_text_wins_and_a_footer_does_not_hide_the_html() -> None:
    mail = written()
    mail.set_content("il testo")
    mail.add_alternative("<p>la pagina</p>", subtype="html")
    read = read_back(mail)
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
    inner, outer = written(Subject="Il reclamo"), written()
    inner.set_content("Manca la cerniera")
    outer.add_attachment(inner)
    read = read_back(outer)
    assert [(a.name, a.media_type) for a in read.attachments] == [("Il reclamo.eml", "message/rfc822")]
    assert b"Manca la cerniera" in read.attachments[0].content
    assert (read.text, read.notes) == ("Manca la cerniera", ("text_from_forwarded_message",))


def test_calendars_and_winmail_dat_are_kept() -> None:
    mail = written()
    mail.set_content("invito")
    calendar = b"BEGIN:VCALENDAR\r\nSUMMARY:Sopralluogo\r\nEND:VCALENDAR\r\n"
    mail.add_attachment(calendar, maintype="text", subtype="calendar")
    mail.add_attachment(b"\x78\x9f\x3e\x22", maintype="application", subtype="ms-tnef", filename="winmail.dat")
    assert [a.name for a in read_back(mail).attachments] == ["attachment-1.ics", "winmail.dat"]
    only = HEAD + b"Content-Type: text/calendar; charset=utf-8\r\n\r\n" + calendar
    assert parse_mail(only).text == "Sopralluogo"
