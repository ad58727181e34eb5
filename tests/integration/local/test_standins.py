"""What Ascolto sends on one machine is kept and shown, and goes nowhere."""

from __future__ import annotations

import imaplib
import smtplib
from collections.abc import Iterator
from email.message import EmailMessage
from pathlib import Path

import httpx
import pytest

from deploy.local import ports, processes, standins
from deploy.standins.mailbox import ADDRESS


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[standins.StandIns]:
    folder: Path = tmp_path_factory.mktemp("standins")
    chosen: list[int] = []
    for _ in range(3):
        chosen.append(ports.any_free(besides=chosen))
    parts = standins.StandIns(
        http_port=chosen[0],
        smtp_port=chosen[1],
        imap_port=chosen[2],
        run_folder=folder / "run",
        log=folder / "standins.log",
    )
    process = standins.start(parts)
    yield parts
    assert processes.stop(process, run_folder=parts.run_folder, within_s=5)


def _shown(parts: standins.StandIns, to: str) -> list[dict[str, str]]:
    items: list[dict[str, str]] = httpx.get(f"{parts.url}/sent.json", params={"to": to}).json()["items"]
    return items


def _mail(to: str, *, subject: str, text: str) -> EmailMessage:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "care@acme.test", to, subject
    mail["In-Reply-To"] = "<one@example.test>"
    mail.set_content(text)
    return mail


def test_a_mail_sent_is_shown_with_its_subject_and_text(running: standins.StandIns) -> None:
    with smtplib.SMTP("127.0.0.1", running.smtp_port) as client:
        client.send_message(_mail("anna@example.test", subject="Réclamation n° 5", text="Grazie, è arrivato."))
    (shown,) = _shown(running, "anna@example.test")
    assert (shown["by"], shown["subject"]) == ("e-mail", "Réclamation n° 5")
    assert "Grazie, è arrivato." in shown["text"]
    assert "Réclamation n° 5" in httpx.get(running.url).text


def test_a_mail_to_the_mailbox_is_read_by_imap_byte_for_byte(running: standins.StandIns) -> None:
    mail = _mail(ADDRESS, subject="by mailbox", text="Riga uno\nRiga due")
    with smtplib.SMTP("127.0.0.1", running.smtp_port) as client:
        client.send_message(mail)
    with imaplib.IMAP4("127.0.0.1", running.imap_port) as reader:
        reader.login("any", "pass word")
        assert reader.select("INBOX", readonly=True)[0] == "OK"
        assert reader.response("UIDVALIDITY")[1][0]
        found = reader.uid("SEARCH", "UID 1:*")[1][0].split()
        answer = reader.uid("FETCH", found[-1].decode(), "(UID BODY.PEEK[])")[1]
    assert isinstance(answer[0], tuple)
    assert b"by mailbox" in answer[0][1]
    assert b"Riga uno\r\nRiga due" in answer[0][1]
    assert _shown(running, ADDRESS) == []


def test_the_newest_stands_first(running: standins.StandIns) -> None:
    for text in ("first", "second"):
        httpx.post(f"{running.url}/v23.0/77/messages", json={"to": "3900", "text": {"body": text}})
    assert [s["text"] for s in _shown(running, "3900")] == ["second", "first"]


def test_meta_and_twilio_are_answered_as_the_vendors_answer(running: standins.StandIns) -> None:
    chat = httpx.post(f"{running.url}/v23.0/77/messages", json={"to": "3901", "text": {"body": "ciao"}}).json()
    comment = httpx.post(f"{running.url}/v23.0/9_1_2/comments", data={"message": "ci scriva in privato"}).json()
    sms = httpx.post(f"{running.url}/2010-04-01/Accounts/AC0/Messages.json", data={"To": "+3902", "Body": "hello"})
    assert chat["messages"][0]["id"].startswith("wamid.")
    assert comment["id"].startswith("9_1_2")
    assert (sms.json()["status"], sms.json()["to"]) == ("queued", "+3902")
    assert _shown(running, "comment 9_1_2")[0]["text"] == "ci scriva in privato"
    assert "sent to nobody" in sms.headers["x-stand-in"]


def test_what_a_stranger_wrote_is_shown_as_text_never_run(running: standins.StandIns) -> None:
    httpx.post(f"{running.url}/reply", json={"text": "<script>alert(1)</script>"})
    page = httpx.get(running.url)
    assert "<script>alert" not in page.text
    assert "script-src 'self'" in page.headers["content-security-policy"]
