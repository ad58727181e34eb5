"""Files that a vendor keeps for us: fetched from hosts that we expect, under a cap."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from urllib.parse import urljoin, urlsplit

import httpx

from shared.channel.errors import SendingFailed
from shared.faults import TryLater
from shared.vendor.calls import VendorAnswer, retry_after, settle

_REDIRECTS = 3


async def fetch_file(
    http: httpx.AsyncClient, url: str, *, headers: dict[str, str], hosts: Sequence[str], limit: int, vendor: str
) -> bytes:
    """Return a file of at most `limit` bytes; only from `hosts` (".x.org" takes subdomains), by https.

    A redirect is followed to an expected host, without the credentials in `headers`.
    """
    for _ in range(_REDIRECTS + 1):
        _expect(url, hosts, vendor)
        answer, onward = await _get(http, url, headers=headers, limit=limit, vendor=vendor)
        if onward is None:
            return answer
        url, headers = urljoin(url, onward), {}
    raise SendingFailed(f"{vendor} redirects a file in circles", cause="redirected")


def _expect(url: str, hosts: Sequence[str], vendor: str) -> None:
    try:
        parts = urlsplit(url)
        origin, host = f"{parts.scheme}://{parts.netloc}", parts.hostname or ""
    except ValueError:
        raise SendingFailed(f"{vendor} named a file by no address", cause="bad_address") from None
    known = any(host == h or (h.startswith(".") and host.endswith(h)) for h in hosts)
    if origin in hosts or (parts.scheme == "https" and known and parts.port in (None, 443) and not parts.username):
        return
    raise SendingFailed(f"{vendor} keeps the file at a host that is not expected", cause="unexpected_host")


async def _get(
    http: httpx.AsyncClient, url: str, *, headers: dict[str, str], limit: int, vendor: str
) -> tuple[bytes, str | None]:
    try:
        async with http.stream("GET", url, headers=headers) as response:
            if response.is_redirect:
                return b"", response.headers.get("location", "")
            wait: timedelta | None = retry_after(response.headers)
            if response.status_code == 202:
                raise TryLater(f"{vendor} is still preparing the file", wait=wait)
            settle(VendorAnswer(status=response.status_code, body=b"", wait=wait), vendor=vendor)
            return await _capped(response, limit=limit, vendor=vendor), None
    except (httpx.HTTPError, httpx.InvalidURL, UnicodeError) as error:
        raise TryLater(f"{vendor} did not hand out the file ({type(error).__name__})") from error


async def _capped(response: httpx.Response, *, limit: int, vendor: str) -> bytes:
    content = bytearray()
    async for chunk in response.aiter_bytes():
        content += chunk
        if len(content) > limit:
            raise SendingFailed(f"{vendor}'s file is larger than {limit} bytes", cause="too_large")
    return bytes(content)
