"""Posted forms: every byte of a value survives, and nobody makes us work who has proven nothing."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from shared.channel.delivery import Delivery
from shared.vendor.forms import FormUnreadable, PostedForm, read_form

NOW = datetime(2026, 11, 22, tzinfo=UTC)
BYTES = b"\x00\xff%+&=\r\n--b\r\n-- \r\n"


def _read(body: bytes, content_type: str = "multipart/form-data; boundary=bXY", **how: list[str]) -> PostedForm:
    delivery = Delivery(account="a", received_at=NOW, body=body, headers={"content-type": content_type})
    return read_form(delivery, only=how.get("only", ()))


def _part(head: str, content: bytes) -> bytes:
    return b"--bXY\r\n" + head.encode() + b"\r\n\r\n" + content + b"\r\n"


def test_every_byte_of_a_part_survives() -> None:
    field = _part('Content-Disposition: form-data; name="email"', BYTES)
    file = _part('content-disposition: form-data; name="f"; filename="a.png"\r\nContent-Type: image/PNG; x=y', BYTES)
    empty = _part('Content-Disposition: form-data; name="none"', b"")
    form = _read(field + file + empty + b"--bXY--\r\nepilogue")
    assert form.values == {"email": BYTES, "none": b""}
    assert [(f.field, f.name, f.media_type, f.content) for f in form.files] == [("f", b"a.png", "image/png", BYTES)]


def test_every_byte_of_a_field_survives() -> None:
    body = b"a=1&email=%00%FF%25%2B%26%3D%0D%0A+x&a=2"
    assert _read(body, "application/x-www-form-urlencoded").values == {"a": b"2", "email": b"\x00\xff%+&=\r\n x"}


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"--bXY",
        b"--bXY\r\n",
        b"preamble--bXY--",
        _part("no blank line", b"x")[:-20] + b"--bXY--",
        _part('Content-Disposition: form-data; name="a"', b"x"),
        b"--bXY" + b"x" * 20_000 + b"\r\n\r\n\r\n--bXY--",
        _part('Content-Disposition: form-data; name="a"', b"x") * 300 + b"--bXY--",
    ],
)
def test_what_is_no_whole_form_is_told(body: bytes) -> None:
    with pytest.raises(FormUnreadable):
        _read(body)


def test_a_form_may_be_empty() -> None:
    assert _read(b"--bXY--").values == {}


def test_fields_that_prove_nothing_are_not_decoded_before_the_proof() -> None:
    body = b"token=t%41&body-mime=" + b"%41" * 1000 + b"&signature=" + b"%41" * 10_000
    form = _read(body, "application/x-www-form-urlencoded", only=["token", "signature"])
    assert form.values == {"token": b"tA"}
