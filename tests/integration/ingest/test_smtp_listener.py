"""The SMTP door, as mail servers see it: smtplib and raw sockets against the real listener."""

from __future__ import annotations

import smtplib
import tracemalloc
from email.message import EmailMessage

import pytest

from shared.faults import TryLater
from tests.integration.ingest.smtp_client import LIMIT, MAIL, NOW, House, listening, sending, sending_as_it_is, talk


@pytest.fixture
def house() -> House:
    return House()


async def test_a_mail_arrives_byte_for_byte(house: House) -> None:
    raw = b"From: Zo\xe9 <z@example.test>\r\n\r\n..two dots\r\n.one dot\r\n\r\n.\r\n.\x00\xff\r\n"
    async with listening(house) as listener:
        await talk(listener, sending(raw, "care+token@ACME.test"))
    (delivery,) = house.taken
    assert delivery.body == raw
    assert delivery.received_at == NOW
    assert delivery.envelope["mail_from"] == "a@example.test"
    assert delivery.envelope["rcpt_to"] == "care+token@ACME.test"
    assert delivery.envelope["remote"] == "127.0.0.1"


async def test_one_mail_to_two_accounts_is_a_delivery_for_each(house: House) -> None:
    async with listening(house) as listener:
        await talk(listener, sending(MAIL, "care@acme.test", "aiuto@acme.test", "sales@acme.test"))
    assert {(d.account, d.envelope["rcpt_to"]) for d in house.taken} == {
        ("care", "care@acme.test\naiuto@acme.test"),
        ("sales", "sales@acme.test"),
    }


async def test_an_unknown_recipient_is_refused_for_good(house: House) -> None:
    async with listening(house) as listener:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            await talk(listener, sending(MAIL, "nobody@acme.test"))
    assert refused.value.recipients["nobody@acme.test"][0] == 550
    assert house.taken == []


@pytest.mark.parametrize("error", [TryLater("down"), RuntimeError("a defect of ours")])
async def test_a_mail_that_is_not_committed_is_tried_again(house: House, error: Exception) -> None:
    house.fail["sales"] = error
    async with listening(house) as listener:
        with pytest.raises(smtplib.SMTPDataError) as later:
            await talk(listener, sending(MAIL, "care@acme.test", "sales@acme.test"))
        assert later.value.smtp_code == 451
        house.fail.clear()
        await talk(listener, sending(MAIL, "care@acme.test", "sales@acme.test"))
    assert sorted(d.account for d in house.taken) == ["care", "care", "sales"]


async def test_a_recipient_that_cannot_be_looked_up_is_tried_again(house: House) -> None:
    house.account_fails = True
    async with listening(house) as listener:
        with pytest.raises(smtplib.SMTPRecipientsRefused) as refused:
            await talk(listener, sending(MAIL))
    assert refused.value.recipients["care@acme.test"][0] == 451


async def test_the_size_limit_is_announced_and_kept(house: House) -> None:
    async with listening(house) as listener:

        def conversation(client: smtplib.SMTP) -> tuple[str, int, int]:
            client.ehlo()
            client.mail("a@example.test")
            client.rcpt("care@acme.test")
            code, _ = client.data(b"x" * (LIMIT + 1))
            again = client.docmd("MAIL FROM:<a@example.test> SIZE=2000000")[0]
            return client.esmtp_features["size"], code, again

        announced, too_large, announced_too_large = await talk(listener, conversation)
        exact = MAIL + b"y" * (LIMIT - len(MAIL) - 2) + b"\r\n"
        await talk(listener, sending(exact))
    assert (announced, too_large, announced_too_large) == (str(LIMIT), 552, 552)
    assert [len(d.body) for d in house.taken] == [LIMIT]


async def test_a_line_without_end_is_not_gathered_in_memory(house: House) -> None:
    async with listening(house) as listener:

        def conversation(client: smtplib.SMTP) -> int:
            client.ehlo()
            client.mail("a@example.test")
            client.rcpt("care@acme.test")
            client.docmd("DATA")
            assert client.sock is not None
            for _ in range(400):
                client.sock.sendall(b"z" * 100_000)  # 40 MB without a line end
            client.sock.sendall(b"\r\n.\r\n")
            return client.getreply()[0]

        tracemalloc.start()
        code = await talk(listener, conversation)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert code == 552
    assert peak < 6 * LIMIT
    assert house.taken == []


async def test_long_lines_are_taken_whole(house: House) -> None:
    raw = b"From: a@example.test\r\n\r\n" + b"<p>" + b"w" * 300_000 + b"</p>\r\n"
    async with listening(house) as listener:
        await talk(listener, sending(raw))
    assert house.taken[0].body == raw


@pytest.mark.parametrize(
    ("wire", "content"),
    [
        (b".\r\n", b""),
        (b"\r\n.\r\n", b"\r\n"),
        (b"..\r\n.\r\n", b".\r\n"),
        (b"..x\r\n\r\n..\r\n.\r\n", b".x\r\n\r\n.\r\n"),
        (b"bare\nlines\n.\n\r\n.\r\n", b"bare\nlines\n.\n\r\n"),
    ],
)
async def test_mails_of_hardly_any_content_are_delimited_rightly(house: House, wire: bytes, content: bytes) -> None:
    async with listening(house) as listener:
        assert await talk(listener, sending_as_it_is(wire)) == 250
        await talk(listener, sending(MAIL))
    assert [d.body for d in house.taken] == [content, MAIL]


async def test_no_second_mail_is_smuggled_in_behind_a_bare_line_feed(house: House) -> None:
    smuggled = b"From: a@x\r\n\r\nhi\n.\nMAIL FROM:<evil@x>\nRCPT TO:<care@acme.test>\nDATA\nFrom: evil\r\n.\r\n"
    async with listening(house) as listener:
        assert await talk(listener, sending_as_it_is(smuggled)) == 250
    assert len(house.taken) == 1
    assert b"MAIL FROM:<evil@x>" in house.taken[0].body


async def test_mail_sent_before_the_answer_to_data_is_refused(house: House) -> None:
    async with listening(house) as listener:

        def conversation(client: smtplib.SMTP) -> bytes:
            client.ehlo()
            client.mail("a@example.test")
            client.rcpt("care@acme.test")
            client.send(b"DATA\r\n" + MAIL + b".\r\nQUIT\r\n")
            return client.getreply()[1]

        assert b"Wait" in await talk(listener, conversation)
    assert house.taken == []


async def test_addresses_beyond_ascii_are_taken(house: House) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"] = "zoë@example.test", "care@acme.test"
    mail.set_content("è arrivato rotto")
    async with listening(house) as listener:
        await talk(listener, lambda client: client.send_message(mail))
    assert house.taken[0].envelope["mail_from"] == "zoë@example.test"


async def test_a_bounce_has_an_empty_sender(house: House) -> None:
    async with listening(house) as listener:
        await talk(listener, sending(MAIL, sender=""))
    assert house.taken[0].envelope["mail_from"] == ""
