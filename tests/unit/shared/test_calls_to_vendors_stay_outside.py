"""Calls to vendors go to public addresses only, and each name has connections of its own."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest

from shared.channel.errors import SendingFailed
from shared.outside import PrivateTarget, connect, public_addresses
from shared.web.outgoing_http import new_vendor_client


@pytest.fixture
async def server() -> AsyncIterator[tuple[int, list[list[str]]]]:
    """A server at a port, which keeps for each connection the hosts that were asked for on it."""
    seen: list[list[str]] = []

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        hosts: list[str] = []
        seen.append(hosts)
        while head := (await reader.readuntil(b"\r\n\r\n") if not reader.at_eof() else b""):
            hosts += [line[6:].decode() for line in head.split(b"\r\n") if line.lower().startswith(b"host: ")]
            writer.write(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()

    async def quietly(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            await serve(reader, writer)
        except asyncio.IncompleteReadError:
            writer.close()

    listening = await asyncio.start_server(quietly, "127.0.0.1", 0)
    yield listening.sockets[0].getsockname()[1], seen
    listening.close()


def names(monkeypatch: pytest.MonkeyPatch, addresses: dict[str, list[str]]) -> None:
    """Let names resolve as given; a loopback address counts as public for what the test serves itself."""

    async def resolve(_: Any, host: str, port: int, **__: Any) -> list[Any]:
        found = addresses.get(host.decode() if isinstance(host, bytes) else host, [host])
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", (address, port)) for address in found]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", resolve)


@pytest.mark.parametrize(
    "target",
    ["127.0.0.1", "localhost", "[::1]", "[::ffff:127.0.0.1]", "[::ffff:10.0.0.1]", "169.254.169.254", "10.1.2.3",
     "192.168.1.1", "172.16.0.1", "100.64.0.1", "0.0.0.0", "2130706433", "0x7f.1", "[fe80::1]", "[fd00::1]", "[::]"],
)  # fmt: skip
async def test_a_private_target_is_refused_however_it_is_written(target: str) -> None:
    async with new_vendor_client(allow_private_targets=False) as http:
        with pytest.raises((SendingFailed, httpx.ConnectError)) as refused:
            await http.get(f"http://{target}:9/")
    assert isinstance(refused.value, SendingFailed) or target in ("2130706433", "0x7f.1")


async def test_a_name_with_one_private_address_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    names(monkeypatch, {"vendor.test": ["93.184.216.34", "10.0.0.1"]})
    async with new_vendor_client(allow_private_targets=False) as http:
        with pytest.raises(SendingFailed):
            await http.get("http://vendor.test/")


async def test_two_names_at_one_address_share_no_connection(
    server: tuple[int, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, seen = server
    names(monkeypatch, {"a.test": ["127.0.0.1"], "b.test": ["127.0.0.1"]})
    monkeypatch.setattr(ipaddress.IPv4Address, "is_global", True)
    async with new_vendor_client(allow_private_targets=False) as http:
        for host in ("a.test", "b.test", "a.test"):
            assert (await http.get(f"http://{host}:{port}/")).status_code == 200
    assert seen == [[f"a.test:{port}", f"a.test:{port}"], [f"b.test:{port}"]]


async def test_the_next_address_is_tried_where_one_does_not_answer(
    server: tuple[int, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, _ = server
    names(monkeypatch, {"a.test": ["127.0.0.2", "127.0.0.1"]})
    monkeypatch.setattr(ipaddress.IPv4Address, "is_global", True)
    async with new_vendor_client(allow_private_targets=False) as http:
        assert (await http.get(f"http://a.test:{port}/")).status_code == 200


@pytest.mark.parametrize(
    "address", ["64:ff9b::7f00:1", "64:ff9b::a00:1", "2002:7f00:1::", "2002:a00:1::", "::ffff:10.0.0.1", "224.0.0.1"]
)
async def test_an_address_within_an_address_leads_where_the_inner_one_does(address: str) -> None:
    with pytest.raises(PrivateTarget):
        await public_addresses(address, 443)


@pytest.mark.parametrize("address", ["93.184.216.34", "::ffff:93.184.216.34", "64:ff9b::5db8:d822", "2606:2800::1"])
async def test_a_public_address_is_let_through(address: str) -> None:
    assert await public_addresses(address, 443)


async def test_what_was_judged_is_what_is_called(
    server: tuple[int, list[list[str]]], monkeypatch: pytest.MonkeyPatch
) -> None:
    port, _ = server
    asked: list[str] = []

    async def resolve(_: Any, host: str, port: int, **__: Any) -> list[Any]:
        asked.append(host)
        return [(socket.AF_INET, socket.SOCK_STREAM, 0, "", ("127.0.0.2" if asked[1:] else "127.0.0.1", port))]

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", resolve)
    monkeypatch.setattr(ipaddress.IPv4Address, "is_global", True)
    with await connect(host="moves.test", port=port, allow_private=False) as reached:
        assert reached.getpeername()[0] == "127.0.0.1"
    assert asked == ["moves.test"]


async def test_a_name_that_does_not_resolve_in_time_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    async def never(*_: Any, **__: Any) -> list[Any]:
        await asyncio.sleep(60)
        return []

    monkeypatch.setattr(asyncio.base_events.BaseEventLoop, "getaddrinfo", never)
    async with new_vendor_client(allow_private_targets=False) as http:
        with pytest.raises(httpx.ConnectTimeout):
            await http.get("http://vendor.test/", timeout=0.2)
