"""Mails of 9 KB as they come: trace headers, two signatures, plain text, HTML, and an earlier mail quoted."""

from __future__ import annotations

import base64
import secrets
from itertools import islice

from tests.bench.bodies import texts_of

BYTES = 9 * 1024

_RECEIVED = (
    "Received: from mail-{n}.example.test (mail-{n}.example.test [192.0.2.{n}])\r\n"
    "        by mx.acme.test (Postfix) with ESMTPS id 4XyZ{n}abc\r\n"
    "        for <care@acme.test>; Mon, 2 Nov 2026 10:0{n}:00 +0100 (CET)\r\n"
)
_PLAIN = "Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n"
_HTML = "Content-Type: text/html; charset=utf-8\r\nContent-Transfer-Encoding: base64\r\n\r\n"


def mails(number: int, *, recipient: str) -> list[bytes]:
    """Return mails of about 9 KB, each from another customer and with an id of its own."""
    run = secrets.token_hex(6)
    return [_mail(f"{run}-{n}", text, recipient) for n, text in enumerate(islice(texts_of(900), number))]


def _mail(name: str, text: str, recipient: str) -> bytes:
    proof = base64.encodebytes(secrets.token_bytes(256)).decode().replace("\n", "\r\n        ").rstrip()
    headers = "".join(_RECEIVED.format(n=n) for n in range(1, 5))
    headers += f"DKIM-Signature: v=1; a=rsa-sha256; c=relaxed/relaxed; d=example.test; s=one;\r\n        b={proof}\r\n"
    headers += f"ARC-Seal: i=1; a=rsa-sha256; d=example.test; s=arc; cv=none;\r\n        b={proof}\r\n"
    headers += (
        f"From: Anna Bianchi <anna-{name}@example.test>\r\nTo: {recipient}\r\nSubject: =?utf-8?q?Reclamo_{name}?=\r\n"
    )
    headers += f"Message-ID: <{name}@example.test>\r\nDate: Mon, 2 Nov 2026 10:00:00 +0100\r\nMIME-Version: 1.0\r\n"
    headers += 'Content-Type: multipart/alternative; boundary="part"\r\n\r\n'
    quoted = "\r\n".join(f"> {line}" for line in (text[i : i + 70] for i in range(0, len(text), 70)))
    plain = f"{text}\r\n\r\nAm 1. November 2026 schrieb Acme <{recipient}>:\r\n{quoted}\r\n"
    markup = f"<html><body><p>{text}</p><blockquote type='cite'>{text}</blockquote>"
    room = BYTES - len(headers.encode()) - len(plain.encode()) - 300
    markup += "<p style='color:#333333;font-family:Arial'>&nbsp;</p>" * max(0, (room * 72 // 100 - len(markup)) // 53)
    html = base64.encodebytes(f"{markup}</body></html>".encode()).decode().replace("\n", "\r\n")
    return f"{headers}--part\r\n{_PLAIN}{plain}\r\n--part\r\n{_HTML}{html}\r\n--part--\r\n".encode()
