"""Who wrote (a person or a robot), what a mail answers, whether a sender is vouched for, what a bounce tells."""

from __future__ import annotations

import pytest

from shared.ids import REFERENCE_ALPHABET, REFERENCE_LENGTH
from shared.mail.authentication import dmarc_result
from shared.mail.automatic import automatic_reason, is_robot_address
from shared.mail.parsed import Bounce
from shared.mail.reading import parse_mail
from shared.mail.threads import earlier_messages, message_ids, quoted_references, reply_token, with_token, without_plus

OWN = frozenset({"care@acme.test"})


def _reason(
    headers: str, *, sender: str = "anna@example.test", envelope: str | None = None, lists: tuple[str, ...] = ()
) -> str | None:
    raw = f"From: {sender}\r\n{headers}{headers and chr(13) + chr(10)}\r\nx\r\n".encode()
    mail = parse_mail(raw)
    answer_to = mail.answer_to.email if mail.answer_to else None
    return automatic_reason(root=mail.root, answer_to=answer_to, envelope_sender=envelope, own=OWN, own_lists=lists)


@pytest.mark.parametrize(
    ("headers", "reason"),
    [
        ("", None),
        ("Auto-Submitted: no", None),
        ("Auto-Submitted: auto-replied", "auto-submitted"),
        ("Auto-Submitted: Auto-Generated; owner-email=x", "auto-submitted"),
        ("Return-Path: <>", "null-sender"),
        ("Return-Path: <anna@example.test>", None),
        ("List-Id: <news.example.test>", "list"),
        ("List-Unsubscribe: <mailto:x@y>", "list"),
        ("Precedence: bulk", "precedence"),
        ("Precedence: first-class", None),
        ("X-Auto-Response-Suppress: OOF, AutoReply", "auto-response-suppress"),
        ("X-Auto-Response-Suppress: None", None),
        ("X-Autoreply: yes", "auto-reply-header"),
        ("X-Autorespond: x", "auto-reply-header"),
        ("X-Loop: care", "auto-reply-header"),
        ("Content-Type: multipart/report; boundary=b", "report"),
    ],
)
def test_robots_are_told_by_their_headers(headers: str, reason: str | None) -> None:
    assert _reason(headers) == reason


@pytest.mark.parametrize(
    ("sender", "reason"),
    [
        ("mailer-daemon@example.test", "robot-address"),
        ("NoReply@example.test", "robot-address"),
        ("no-reply+123@example.test", "robot-address"),
        ("do-not-reply@example.test", "robot-address"),
        ("Care@acme.test", "own-address"),
        ("care+x@acme.test", "own-address"),
        ("norep@example.test", None),
        ("bounceback.mountain@example.test", None),
        ("", "no-sender"),
    ],
)
def test_robots_are_told_by_their_address(sender: str, reason: str | None) -> None:
    assert _reason("", sender=sender) == reason


def test_an_empty_envelope_sender_is_a_robot_and_an_unknown_one_is_not() -> None:
    assert _reason("", envelope="") == "null-sender"
    assert _reason("", envelope="anna@example.test") is None


def test_a_list_of_ones_own_passes_customers_mail_on() -> None:
    headers = "List-Id: Care <care.acme.test>\r\nPrecedence: list"
    assert _reason(headers) == "list"
    assert _reason(headers, lists=("care.acme.test",)) is None


def test_a_robot_address_is_one_that_nobody_reads() -> None:
    assert is_robot_address("postmaster@example.test")
    assert not is_robot_address("anna.noreply@example.test")


def test_what_a_mail_answers_comes_last_first() -> None:
    raw = b"From: a@b.test\r\nIn-Reply-To: <3@x> (a comment)\r\nReferences: <1@x>\r\n <2@x> <3@x>\r\n\r\nx"
    assert earlier_messages(parse_mail(raw).root.headers) == ("<3@x>", "<2@x>", "<1@x>")
    assert message_ids("1@x") == ("<1@x>",)
    assert message_ids("no id") == ()


def test_reply_tokens_ride_in_the_address() -> None:
    token = "abcdefghj-abcdefghijklmnop"
    address = with_token("care@acme.test", token)
    assert address == f"care+{token}@acme.test"
    assert reply_token(["x@y", address.upper()]) == token
    assert reply_token(["care+other@acme.test"]) is None
    assert with_token("c" * 50 + "@acme.test", token) is None
    assert without_plus("Care+X@ACME.test") == "care@acme.test"


def test_quoted_references_are_found_however_they_are_written() -> None:
    assert quoted_references("Re: [T6QYJ5XKA] x", "il ticket t6qyj5xka e ABCDEFGHJ!") == ("T6QYJ5XKA", "ABCDEFGHJ")
    assert quoted_references("AT6QYJ5XKA", "T6QYJ5XKA9", "armadiare", None) == ()
    assert len(quoted_references(" ".join(f"T6QYJ5{a}{b}A" for a in "ABCDE" for b in "FGHJK"))) == 20
    assert (REFERENCE_LENGTH, "0" in REFERENCE_ALPHABET) == (9, False)


@pytest.mark.parametrize(
    ("fields", "result"),
    [
        (["mx.acme.test; dmarc=pass header.from=example.test"], "pass"),
        (["MX.acme.test 1; spf=fail; dmarc=pass (p=none) header.from=example.test"], "pass"),
        (["mx.acme.test; dmarc=fail header.from=example.test"], "fail"),
        (["mx.acme.test; dmarc=pass header.from=other.test"], "none"),
        (["mx.acme.test; spf=pass smtp.mailfrom=example.test"], "none"),
        (["evil.test; dmarc=pass header.from=example.test"], "none"),
        (
            ["mx.acme.test; dmarc=fail header.from=example.test", "mx.acme.test; dmarc=pass header.from=example.test"],
            "fail",
        ),
        (["evil.test; dmarc=pass header.from=example.test; mx.acme.test; dmarc=pass header.from=example.test"], "none"),
        ([], "none"),
    ],
)
def test_only_our_own_server_vouches_for_a_sender(fields: list[str], result: str) -> None:
    lines = "".join(f"Authentication-Results: {field}\r\n" for field in fields)
    headers = parse_mail(f"{lines}From: anna@example.test\r\n\r\nx".encode()).root.headers
    assert dmarc_result(headers, authserv_id="mx.acme.test", sender="anna@example.test") == result
    assert dmarc_result(headers, authserv_id=None, sender="anna@example.test") == "none"


def _report(status: str, original: str = "Message-ID: <1@x>") -> bytes:
    return (
        "From: mailer-daemon@x\r\nContent-Type: multipart/report; report-type=delivery-status; boundary=b\r\n\r\n"
        f"--b\r\n\r\nfailed\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n{status}\r\n"
        f"--b\r\nContent-Type: message/rfc822\r\n\r\n{original}\r\n\r\nx\r\n--b--\r\n"
    ).encode()


@pytest.mark.parametrize(
    ("status", "bounces"),
    [
        (
            "Reporting-MTA: x\r\n\r\nAction: failed\r\nStatus: 5.1.1 (unknown)",
            (Bounce(message_id="<1@x>", state="failed", status="5.1.1"),),
        ),
        (
            "Reporting-MTA: x\r\n\r\nAction: delayed\r\nStatus: 4.0.0",
            (Bounce(message_id="<1@x>", state="delayed", status="4.0.0"),),
        ),
        ("Reporting-MTA: x\r\n\r\nAction: relayed", (Bounce(message_id="<1@x>", state="delivered"),)),
        ("Reporting-MTA: x\r\n\r\nAction: dances", ()),
        ("", ()),
    ],
)
def test_bounces_tell_what_became_of_our_mail(status: str, bounces: tuple[Bounce, ...]) -> None:
    assert parse_mail(_report(status)).bounces == bounces


def test_a_bounce_without_the_original_tells_nothing() -> None:
    assert parse_mail(_report("Reporting-MTA: x\r\n\r\nAction: failed", original="Subject: x")).bounces == ()
