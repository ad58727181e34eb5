"""Hostile and broken mails, each a way in which a parser was seen to fail; written for these tests."""

from __future__ import annotations

HEAD = b"From: anna@example.test\r\nTo: care@acme.test\r\nSubject: x\r\nMessage-ID: <1@example.test>\r\n"


def _typed(content_type: bytes, body: bytes = b"manca la cerniera\r\n") -> bytes:
    return HEAD + b"Content-Type: " + content_type + b"\r\n\r\n" + body


def _nested(depth: int, kind: bytes = b"multipart/mixed") -> bytes:
    mail = HEAD
    for level in range(depth):
        boundary = b"b%d" % level
        mail += b'Content-Type: %b; boundary="%b"\r\n\r\n--%b\r\n' % (kind, boundary, boundary)
    return mail + b"\r\nmanca la cerniera\r\n"


HOSTILE: dict[str, bytes] = {
    "a parameter name that ends in a star": _typed(b"text/plain; name*"),
    "a comment as a group": HEAD.replace(b"care@acme.test", b"(c):") + b"\r\nmanca la cerniera\r\n",
    "a lone quote as recipient": HEAD.replace(b"care@acme.test", b'"') + b"\r\nmanca la cerniera\r\n",
    "an encoded line feed in From": b"From: =?utf-8?q?a=0Ab?= <anna@example.test>\r\n"
    + HEAD[26:]
    + b"\r\nmanca la cerniera",
    "an unknown charset": _typed(b'text/plain; charset="x-klingon"'),
    "a charset that is a codec of another kind": _typed(b'text/plain; charset="rot13"'),
    "a charset with NUL": _typed(b'text/plain; charset="a\x00b"'),
    "utf-7 that becomes markup": _typed(b"text/plain; charset=utf-7", b"+ADw-script+AD4- manca la cerniera"),
    "a thousand open brackets": HEAD.replace(b"care@acme.test", b"(" * 1000) + b"\r\nmanca la cerniera\r\n",
    "a thousand levels of parts": _nested(1000),
    "a thousand messages in each other": HEAD
    + b"Content-Type: message/rfc822\r\n\r\n" * 1000
    + b"manca la cerniera\r\n",
    "eight thousand recipients": HEAD.replace(
        b"care@acme.test", b",\r\n ".join(b"c%d@acme.test" % n for n in range(8000))
    )
    + b"\r\nmanca la cerniera\r\n",
    "twenty thousand parts": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n"
    + b"--b\r\n\r\nmanca la cerniera\r\n" * 20_000
    + b"--b--\r\n",
    "headers of a megabyte": HEAD + b"X-Padding: " + b"y" * 1_000_000 + b"\r\n\r\nmanca la cerniera\r\n",
    "a header of encoded words without end": HEAD.replace(b"Subject: x", b"Subject: " + b"=?utf-8?q?" * 6000)
    + b"\r\nmanca la cerniera",
    "a header of escaped quotes": HEAD.replace(b"care@acme.test", b'"\\' * 30_000) + b"\r\nmanca la cerniera\r\n",
    "a multipart without a boundary": _typed(b"multipart/mixed", b"manca la cerniera\r\n"),
    "a multipart whose boundary never comes": _typed(b"multipart/mixed; boundary=zzz", b"manca la cerniera\r\n"),
    "a multipart that is never closed": _typed(b"multipart/mixed; boundary=b", b"--b\r\n\r\nmanca la cerniera\r\n"),
    "bad base64": HEAD + b"Content-Transfer-Encoding: base64\r\n\r\nbWFuY2EgbGEgY2Vybml*lcmE=x\r\n",
    "NUL in the text": HEAD + b"\r\nmanca la\x00 cerniera\r\n",
    "only carriage returns": HEAD.replace(b"\r\n", b"\r") + b"\rmanca la cerniera\r",
    "html of 300 nested tags": _typed(b"text/html", b"<div>" * 300 + b"manca la cerniera" + b"</div>" * 300),
    "html of a hundred thousand tags": _typed(b"text/html", b"<div>" * 100_000 + b"manca la cerniera"),
    "html of blanks": _typed(b"text/html", b"<p>manca la cerniera" + b" " * 500_000 + b"x</p>"),
    "html that pads by ten million": _typed(
        b"text/html", b'<p style="padding-left:9999999px">manca la cerniera</p>' * 50
    ),
    "html of comments never closed": _typed(b"text/html", b"<p>manca la cerniera</p>" + b"<!--" * 50_000),
    "a text of On": _typed(b"text/plain", b"manca la cerniera\r\n" + b"On " * 5000),
    "quotes on every line": _typed(b"text/plain", b"manca la cerniera\r\n" + b"> " * 50_000),
    "many introductions": _typed(b"text/plain", b"manca la cerniera\r\n" + b"On 1 <a@b>\r\n" * 5_000),
    "a file name that climbs": HEAD
    + b"Content-Type: multipart/mixed; boundary=b\r\n\r\n--b\r\n\r\nmanca la cerniera\r\n--b\r\n"
    + b'Content-Disposition: attachment; filename="../../etc/passwd\x00.pdf"\r\n\r\nx\r\n--b--\r\n',
    "a thousand pieces of a parameter": _typed(b"text/plain; " + b"".join(b"name*%d=a; " % n for n in range(1000))),
    "a date from nowhere": HEAD + b"Date: Mon, 99 Foo 99999 99:99:99 +9999\r\n\r\nmanca la cerniera\r\n",
    "a date before time": HEAD + b"Date: Mon, 1 Jan 1000 00:00:00 +1400\r\n\r\nmanca la cerniera\r\n",
    "an mbox line first": b"From anna@example.test Sun Nov 22 2026\r\n" + HEAD + b"\r\nmanca la cerniera\r\n",
    "no blank line before the text": HEAD + b"manca la cerniera, e basta\r\nNota: urgente\r\n",
}
"""Each of them says "manca la cerniera" somewhere."""

LATIN = (
    b"From: Zo\xe9 <zoe@example.test>\r\nTo: care@acme.test\r\nSubject: R\xe9clamation caf\xe9\r\n\r\n"
    b"La machine \xe0 caf\xe9 est cass\xe9e.\r\n"
)
