"""Bodies of a gibibyte and compressed bombs, at every door: refused before they are held."""

from __future__ import annotations

import gzip
import itertools
import secrets
import smtplib
from collections.abc import Iterator

import httpx
import pytest

from tests.chaos.audit import audit
from tests.integration.hostile.flooding import MIB, resident_mib, stream
from tests.integration.hostile.signed import connect_webhook, is_problem
from tests.support.house import House, running_house
from tests.support.stack import Stack
from tests.support.waiting import until

DOORS = ["/v1/complaints", "/v1/complaints/batch", "hook", "/forms/form", "/v1/accounts/x", "/status/ABCDEFGHK"]


@pytest.fixture(scope="module")
def fortress(stack: Stack) -> Iterator[House]:
    """A house of this module's own: everything in it is audited."""
    with running_house(stack, extra={"ASCOLTO_FORM_POSTS_PER_MINUTE": "100000"}) as house:
        yield house


@pytest.fixture(scope="module")
def ingest(fortress: House) -> Iterator[httpx.Client]:
    """A client of it."""
    with fortress.client("ingest") as client:
        yield client


@pytest.fixture(scope="module")
def told() -> dict[str, set[str]]:
    """Every reference that was told between the attacks."""
    return {}


@pytest.fixture(autouse=True)
def honest_client(ingest: httpx.Client, told: dict[str, set[str]]) -> Iterator[None]:
    """Somebody who complains before and after each attack."""
    for late in (False, True):
        key = secrets.token_hex(8)
        answer = ingest.post("/v1/complaints", json={"text": "It is late."}, headers={"Idempotency-Key": key})
        assert answer.status_code == 202, answer.text
        told[key] = {answer.json()["reference"]}
        if not late:
            yield


@pytest.mark.parametrize("announced", [True, False], ids=["announced", "chunked"])
@pytest.mark.parametrize("door", DOORS)
def test_a_body_of_a_gibibyte_is_refused_before_it_is_held(
    door: str, announced: bool, fortress: House, ingest: httpx.Client
) -> None:
    web_form = {"title": "Complaints", "languages": ["en"], "allowed_origins": []}
    ingest.put("/v1/accounts/form", json={"channel": "web_form", "title": "f", "settings": web_form, "secrets": {}})
    path = f"/v1/channels/{connect_webhook(ingest)}/deliveries" if door == "hook" else door
    media_type = "application/json" if path.startswith("/v1") else "application/x-www-form-urlencoded"
    length = f"Content-Length: {1024 * MIB}" if announced else "Transfer-Encoding: chunked"
    head = "\r\n".join([
        f"{'PUT' if 'accounts' in path else 'POST'} {path} HTTP/1.1", "Host: x", f"Content-Type: {media_type}", length,
        f"Authorization: Bearer {fortress.api_key}", "Idempotency-Key: giant", "", "",
    ])  # fmt: skip
    piece = b"x" * MIB if announced else b"%x\r\n%s\r\n" % (MIB, b"x" * MIB)
    pid = fortress.pid("ingest")
    before = resident_mib(pid)
    seen = stream(fortress.ingest_url, head.encode(), itertools.repeat(piece, 1024), pid=pid)
    assert seen.answer.startswith(b"HTTP/1.1 413 "), seen.answer[:200]
    assert seen.sent < 128 * MIB
    assert max(seen.peak_mib, resident_mib(pid)) - before <= 64
    assert ingest.get("/healthz").status_code == 200


def test_a_mail_of_a_gibibyte_is_refused_and_never_held(fortress: House, ingest: httpx.Client) -> None:
    settings = {"addresses": ["giant@acme.test"], "from": "giant@acme.test", "relay_url": "smtp://127.0.0.1:9"}
    ingest.put("/v1/accounts/giant", json={"channel": "email", "title": "t", "settings": settings, "secrets": {}})
    host, _, port = fortress.smtp.partition(":")
    pid, line = fortress.pid("ingest"), b"x" * 998 + b"\r\n"
    with smtplib.SMTP(host, int(port), timeout=60) as mail:
        mail.ehlo()
        assert mail.mail("a@example.test", [f"SIZE={1024 * MIB}"])[0] == 552
        before = resident_mib(pid)
        until("known", lambda: (mail.rset(), mail.mail("a@example.test"), mail.rcpt("giant@acme.test"))[2][0] == 250)
        mail.putcmd("DATA")
        assert mail.getreply()[0] == 354
        assert mail.sock is not None
        peak = before
        for _ in range(256):  # a quarter of it shows what the rest would do
            mail.sock.sendall(line * 1048)
            peak = max(peak, resident_mib(pid))
        mail.sock.sendall(b".\r\n")
        assert mail.getreply()[0] == 552
    assert peak - before <= 64


@pytest.mark.parametrize("coding", ["gzip", "deflate", "br", "zstd"])
def test_a_compressed_body_is_no_bomb(coding: str, fortress: House, ingest: httpx.Client) -> None:
    bomb = gzip.compress(b'{"text": "' + b"a" * (64 * MIB) + b'"}')
    headers = {"Idempotency-Key": secrets.token_hex(8), "Content-Encoding": coding, "Content-Type": "application/json"}
    before = resident_mib(fortress.pid("ingest"))
    is_problem(ingest.post("/v1/complaints", content=bomb, headers=headers), 400, 413, 415, 422)
    assert resident_mib(fortress.pid("ingest")) - before <= 32


def test_after_all_of_them_every_promise_holds(fortress: House, told: dict[str, set[str]]) -> None:
    assert told
    audit(fortress, told)
