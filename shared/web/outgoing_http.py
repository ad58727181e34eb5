"""The HTTP client that calls vendors: with time-outs, without redirects, and not into private networks."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from shared.channel.errors import SendingFailed

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
_TIMEOUT = httpx.Timeout(10.0, connect=5.0)


class _OutsideOnly(httpcore.AsyncNetworkBackend):
    """Connects to public addresses: what a name resolves to is judged and pinned, so a second answer cannot move it.

    It stands below the pool, which tells connections apart by name: two vendors behind one address share none.
    """

    def __init__(self) -> None:
        self._sockets = httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the port's shape
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect to the first of the name's addresses that answers; `SendingFailed` when one of them is private."""
        failure: Exception = httpcore.ConnectError(f"{host} has no address")
        try:
            async with asyncio.timeout(timeout):
                for address in await _public_addresses(host, port):
                    try:
                        return await self._sockets.connect_tcp(
                            address, port, local_address=local_address, socket_options=socket_options
                        )
                    except httpcore.ConnectError as error:
                        failure = error
        except TimeoutError as error:
            raise httpcore.ConnectTimeout(f"{host} does not answer") from error
        raise failure

    async def sleep(self, seconds: float) -> None:
        """Wait between tries."""
        await asyncio.sleep(seconds)


async def _public_addresses(host: str, port: int) -> list[str]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpcore.ConnectError(f"{host} has no address") from error
    addresses = [str(entry[4][0]) for entry in found]
    if any(not ipaddress.ip_address(a.partition("%")[0]).is_global for a in addresses):
        raise SendingFailed("the vendor's address leads into a private network", cause="private_target")
    return addresses


class _GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport over connections that lead outside only."""

    def __init__(self) -> None:
        super().__init__()
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=httpx.create_ssl_context(trust_env=False),
            max_connections=100,
            max_keepalive_connections=20,
            keepalive_expiry=5.0,
            network_backend=_OutsideOnly(),
        )


def _is_public(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return _is_public(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        inner = address.ipv4_mapped or address.sixtofour  # an address within an address leads where the inner one does
        if inner is not None:
            return _is_public(inner)
    return address.is_global and not address.is_multicast


def new_vendor_client(*, allow_private_targets: bool) -> httpx.AsyncClient:
    """Return the client for vendors; `allow_private_targets` is for tests and stand-ins on loopback."""
    transport = httpx.AsyncHTTPTransport() if allow_private_targets else _GuardedTransport()
    return httpx.AsyncClient(transport=transport, timeout=_TIMEOUT, follow_redirects=False, trust_env=False)


def new_house_client() -> httpx.AsyncClient:
    """Return the client with which services ask each other."""
    return httpx.AsyncClient(timeout=httpx.Timeout(5.0, connect=1.0), follow_redirects=False, trust_env=False)
