"""The HTTP client that calls vendors: with time-outs, without redirects, and not into private networks."""

from __future__ import annotations

import asyncio
import importlib.util
import ssl
import sys
from collections.abc import Iterable
from typing import Any

import httpcore
import httpx

from shared.channel.errors import SendingFailed
from shared.outside import PrivateTarget, public_addresses

_TIMEOUT = httpx.Timeout(10.0, connect=5.0)

if importlib.util.find_spec("sniffio") is None:
    # httpcore asks for it several times in every call and takes its absence for an answer; looking for it through all
    # folders of the path each time was a third of what a call costs. Python gives this answer at once.
    sys.modules["sniffio"] = None  # type: ignore[assignment]


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
                for address in await _addresses(host, port):
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


async def _addresses(host: str, port: int) -> list[str]:
    try:
        return await public_addresses(host, port)
    except OSError as error:
        raise httpcore.ConnectError(f"{host} has no address") from error
    except PrivateTarget as error:
        raise SendingFailed("the vendor's address leads into a private network", cause="private_target") from error


class _GuardedTransport(httpx.AsyncHTTPTransport):
    """httpx's transport over connections that lead outside only."""

    def __init__(self, *, connections: int, tls: ssl.SSLContext) -> None:
        super().__init__(verify=tls)
        self._pool = httpcore.AsyncConnectionPool(
            ssl_context=tls,
            max_connections=connections,
            max_keepalive_connections=20,
            keepalive_expiry=5.0,
            network_backend=_OutsideOnly(),
        )


def new_vendor_client(*, allow_private_targets: bool, connections: int = 100) -> httpx.AsyncClient:
    """Return the client for vendors; `allow_private_targets` is for tests and stand-ins on loopback.

    `connections` is how many are open at once; whoever has more calls in hand than that lets some wait.
    """
    return new_vendor_clients(1, allow_private_targets=allow_private_targets, connections=connections)[0]


def new_vendor_clients(count: int, *, allow_private_targets: bool, connections: int) -> list[httpx.AsyncClient]:
    """Return several such clients, each with connections of its own; who is trusted is read once for all."""
    tls = httpx.create_ssl_context(trust_env=False)
    return [_vendor_client(tls, allow_private_targets, connections) for _ in range(count)]


def _vendor_client(tls: ssl.SSLContext, allow_private_targets: bool, connections: int) -> httpx.AsyncClient:  # noqa: FBT001
    limits = httpx.Limits(max_connections=connections, max_keepalive_connections=20, keepalive_expiry=5.0)
    transport = (
        httpx.AsyncHTTPTransport(verify=tls, limits=limits, trust_env=False)
        if allow_private_targets
        else _GuardedTransport(connections=connections, tls=tls)
    )
    return httpx.AsyncClient(transport=transport, timeout=_TIMEOUT, follow_redirects=False, trust_env=False)


def new_house_client() -> httpx.AsyncClient:
    """Return the client with which services ask each other."""
    return httpx.AsyncClient(timeout=httpx.Timeout(5.0, connect=1.0), follow_redirects=False, trust_env=False)
