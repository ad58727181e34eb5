"""Addresses that lead into private networks, in any spelling: a listener on loopback is never called."""

from __future__ import annotations

import secrets
import socket
import threading
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from uuid import UUID

import httpx
import msgspec
import pytest

from shared.channel.errors import DeliveryError, SendingFailed
from shared.channel.outbound import MailRelay, Outgoing
from shared.channels.imap.connecting import connected
from shared.channels.imap.settings import ImapSettings
from shared.contracts.parts import ReplyAddress
from shared.faults import TryLater
from shared.mail.sending import check_relay, send_mail
from shared.vendor.calls import call
from shared.vendor.media import fetch_file
from shared.web.outgoing_http import new_vendor_client
from tests.integration.hostile.signed import WHSEC, deliver
from tests.support.house import running_house
from tests.support.stack import Stack
from tests.support.waiting import until

SPELLINGS = [
    "http://127.0.0.1:{port}/", "http://127.1:{port}/", "http://127.255.255.254:{port}/", "http://2130706433:{port}/",
    "http://0x7f000001:{port}/", "http://0177.0.0.1:{port}/", "http://0x7f.1:{port}/", "http://0:{port}/",
    "http://0.0.0.0:{port}/", "http://[::1]:{port}/", "http://[::]:{port}/", "http://[::ffff:127.0.0.1]:{port}/",
    "http://[::ffff:7f00:1]:{port}/", "http://[64:ff9b::7f00:1]:{port}/", "http://[2002:7f00:1::]:{port}/", "http://224.0.0.1:{port}/",
    "http://localhost:{port}/",
    "http://LOCALHOST.:{port}/", "http://{name}:{port}/", "http://user:pw@127.0.0.1:{port}/", "http://１２７.0.0.1:{port}/",
    "http://169.254.169.254:{port}/latest/meta-data/", "http://10.0.0.1:{port}/", "http://192.168.0.1:{port}/",
    "http://100.64.0.1:{port}/", "http://[fe80::1%25lo]:{port}/", "http://[fd00::1]:{port}/",
]  # fmt: skip


PLAIN = ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "10.0.0.1", "169.254.169.254", socket.gethostname()]
HOSTS = [*PLAIN, "127.1", "2130706433", "0x7f.1", "[64:ff9b::7f00:1]", "0.0.0.0"]
NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
OUTGOING = Outgoing(
    outbound_id=UUID("6f1d1e9c-4a3b-5c2d-8e7f-0123456789ab"),
    kind="acknowledgement",
    reference="ABCDEFGHJ",
    reply=ReplyAddress(account="mail", channel="email", to="anna@example.test"),
    text="We have it.",
)


@dataclass
class Listener:
    """Counts who connects to loopback; answers each with a redirect to itself."""

    port: int = 0
    hits: list[bytes] = field(default_factory=list)


@pytest.fixture
def listener() -> Iterator[Listener]:
    """A listener on every address of this machine."""
    with socket.create_server(("::", 0), family=socket.AF_INET6, dualstack_ipv6=True) as server:
        seen = Listener(port=server.getsockname()[1])

        def listen() -> None:
            while True:
                try:
                    connection, _ = server.accept()
                except OSError:
                    return
                with connection:
                    seen.hits.append(connection.recv(65536))
                    connection.sendall(b"HTTP/1.1 200 OK\r\ncontent-length: 0\r\n\r\n")

        thread = threading.Thread(target=listen, daemon=True)
        thread.start()
        yield seen
        server.shutdown(socket.SHUT_RDWR)
        thread.join(5)


@pytest.mark.parametrize("spelling", SPELLINGS)
async def test_a_private_address_is_never_called(spelling: str, listener: Listener) -> None:
    url = spelling.format(port=listener.port, name=socket.gethostname())
    async with new_vendor_client(allow_private_targets=False) as http:
        with pytest.raises((SendingFailed, TryLater)):
            await call(http, "POST", url, json={"text": "secret"})
        with pytest.raises((SendingFailed, TryLater)):
            await fetch_file(http, url, headers={}, hosts=[url.rsplit("/", 1)[0]], limit=1000, vendor="x")
    assert listener.hits == []


@pytest.mark.parametrize("host", HOSTS)
@pytest.mark.parametrize("scheme", ["smtp", "smtps"])
async def test_mail_is_not_handed_to_a_private_relay_of_an_account(host: str, scheme: str, listener: Listener) -> None:
    relay = MailRelay(url=f"{scheme}://{host}:{listener.port}", sender="care@acme.test")
    verdict = await check_relay(relay)
    assert not verdict.works
    with pytest.raises((SendingFailed, TryLater)) as refused:
        await send_mail(outgoing=OUTGOING, relay=relay, title="Acme", now=NOW)
    if host in PLAIN:
        assert isinstance(refused.value, SendingFailed)
        assert refused.value.cause == "private_target"
        assert "private network" in verdict.words
    assert listener.hits == []


@pytest.mark.parametrize("host", [host for host in HOSTS if "." not in host or ":" not in host])
@pytest.mark.parametrize("tls", [True, "starttls"])
async def test_a_private_mailbox_is_not_opened(host: str, tls: bool | str, listener: Listener) -> None:
    settings = {"host": host.strip("[]"), "port": listener.port, "tls": tls, "username": "u", "from": "care@acme.test"}
    server = msgspec.convert(settings | {"relay_url": "smtp://relay.acme.test"}, ImapSettings)
    with pytest.raises((DeliveryError, TryLater)) as refused:
        async with connected(server, allow_private=False):
            pass
    if host in PLAIN:
        assert "private network" in str(refused.value)
    assert listener.hits == []


async def test_the_listener_would_have_heard_mail_and_mailbox(listener: Listener) -> None:
    relay = MailRelay(url=f"smtps://localhost:{listener.port}", sender="care@acme.test", allow_private=True)
    assert not (await check_relay(relay)).works
    settings = {"host": "127.0.0.1", "port": listener.port, "username": "u", "from": "care@acme.test"}
    with pytest.raises(TryLater):
        async with connected(
            msgspec.convert(settings | {"relay_url": "smtp://relay.acme.test"}, ImapSettings), allow_private=True
        ):
            pass
    assert len(listener.hits) == 2


async def test_the_listener_would_have_heard_a_call(listener: Listener) -> None:
    async with new_vendor_client(allow_private_targets=True) as http:
        assert (await call(http, "GET", f"http://127.0.0.1:{listener.port}/")).status == 200
    assert len(listener.hits) == 1


async def test_a_redirect_is_not_followed(listener: Listener) -> None:
    async with new_vendor_client(allow_private_targets=False) as http:
        assert http.follow_redirects is False


def test_no_account_brings_an_answer_onto_loopback(stack: Stack, listener: Listener) -> None:
    strict = {"ASCOLTO_ALLOW_PRIVATE_TARGETS": "false"}
    with (
        running_house(stack, extra=strict) as house,
        house.client("ingest") as ingest,
        house.client("responder") as responder,
    ):
        for spelling in ("http://127.0.0.1:{port}/", "http://[::1]:{port}/", "http://localhost:{port}/"):
            assert _connect(ingest, spelling.format(port=listener.port)).status_code == 422
        # Nobody can tell by looking at a name; it is judged by what it resolves to when it is called.
        answer = _connect(ingest, f"http://{socket.gethostname()}:{listener.port}/answers")
        assert answer.status_code == 201, answer.text
        account = answer.json()["account"]
        _refuses_private_mail(ingest, listener.port)
        assert deliver(ingest, account, b'{"text": "The parcel is late.", "contact": {"handle": "h"}}').is_success
        until("given up", lambda: _failed(responder, account), within_s=60)
    assert listener.hits == []


def _connect(ingest: httpx.Client, reply_url: str) -> httpx.Response:
    body = {"channel": "webhook", "title": "t", "settings": {"reply_url": reply_url}}
    return ingest.put(f"/v1/accounts/ssrf-{secrets.token_hex(4)}", json=body | {"secrets": {"signing_secret": WHSEC}})


def _refuses_private_mail(ingest: httpx.Client, port: int) -> None:
    plain = {"host": "127.0.0.1", "relay_url": f"smtp://127.0.0.1:{port}"}
    by_name = {"host": socket.gethostname(), "relay_url": f"smtp://{socket.gethostname()}:{port}"}
    for channel, named, given, secret in (
        ("imap", ["host", "relay_url"], {"username": "u", "from": "care@acme.test", "port": port}, {"password": "p"}),
        ("email", ["relay_url"], {"addresses": ["care@acme.test"], "from": "care@acme.test"}, {}),
    ):
        url = f"/v1/accounts/ssrf-{secrets.token_hex(4)}"
        body = {"channel": channel, "title": "t", "secrets": secret}
        told = ingest.put(url, json=body | {"settings": given | {name: plain[name] for name in named}})
        assert told.status_code == 422
        assert {e["pointer"] for e in told.json()["errors"]} == {f"/settings/{name}" for name in named}
        made = ingest.put(url, json=body | {"settings": given | {name: by_name[name] for name in named}})
        assert made.status_code == 201, made.text
        verdict = ingest.post(f"{url}/check").json()
        assert not verdict["works"]
        assert "private network" in verdict["words"]


def _failed(responder: httpx.Client, account: str) -> bool:
    items = responder.get("/v1/complaints", params={"account": account}).json()["items"]
    return bool(items and items[0]["acknowledgement"]["state"] == "failed")
