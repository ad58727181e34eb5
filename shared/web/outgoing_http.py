"""The HTTP client that calls vendors: with time-outs, without redirects, and not into private networks."""

from __future__ import annotations

import asyncio
import ipaddress
import socket

import httpx

from shared.channel.errors import SendingFailed

_TIMEOUT = httpx.Timeout(10.0, connect=5.0)


class _GuardedTransport(httpx.AsyncHTTPTransport):
    """Refuses private targets: the address is resolved, judged and pinned, so a second answer cannot move it."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        host = request.url.host
        address = await _public_address(host, request.url.port or (443 if request.url.scheme == "https" else 80))
        request.extensions = {**request.extensions, "sni_hostname": host}
        request.headers.setdefault("host", request.url.netloc.decode("ascii"))
        request.url = request.url.copy_with(host=address)
        return await super().handle_async_request(request)


async def _public_address(host: str, port: int) -> str:
    loop = asyncio.get_running_loop()
    try:
        found = await loop.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except OSError as error:
        raise httpx.ConnectError(f"{host} has no address") from error
    addresses = [str(entry[4][0]) for entry in found]
    if not addresses or any(not ipaddress.ip_address(a.partition("%")[0]).is_global for a in addresses):
        raise SendingFailed("the vendor's address leads into a private network", cause="private_target")
    return addresses[0]


def new_vendor_client(*, allow_private_targets: bool) -> httpx.AsyncClient:
    """Return the client for vendors; `allow_private_targets` is for tests and stand-ins on loopback."""
    transport = httpx.AsyncHTTPTransport() if allow_private_targets else _GuardedTransport()
    return httpx.AsyncClient(transport=transport, timeout=_TIMEOUT, follow_redirects=False, trust_env=False)


def new_house_client() -> httpx.AsyncClient:
    """Return the client with which services ask each other."""
    return httpx.AsyncClient(timeout=httpx.Timeout(5.0, connect=1.0), follow_redirects=False, trust_env=False)
