"""Calls to a vendor's API, their answers sorted by who has to act."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

import httpx
import msgspec

from shared.channel.errors import SendingFailed
from shared.faults import TryLater
from shared.vendor.payloads import moment

_ANSWER_LIMIT = 256 * 1024
_PATIENCE = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class VendorAnswer:
    """What a vendor said: its status, the beginning of its body, and its headers in lower case."""

    status: int
    body: bytes
    wait: timedelta | None = None
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def fields(self) -> dict[str, Any]:
        """The body as a JSON object, empty where it is none."""
        try:
            decoded = msgspec.json.decode(self.body)
        except (ValueError, RecursionError):
            return {}
        return decoded if isinstance(decoded, dict) else {}


async def call(
    http: httpx.AsyncClient, method: str, url: str, *, most_bytes: int = _ANSWER_LIMIT, **request: Any
) -> VendorAnswer:
    """Return the vendor's answer of any status; `TryLater` when none came, `SendingFailed` without an address.

    Of its body the first `most_bytes` are kept.
    """
    try:
        async with http.stream(method, url, **request) as response:
            return VendorAnswer(
                status=response.status_code,
                body=await _beginning(response, most_bytes),
                wait=retry_after(response.headers),
                headers=response.headers,
            )
    except (httpx.InvalidURL, httpx.UnsupportedProtocol) as error:
        raise SendingFailed("the configured address is not an http(s) address", cause="bad_address") from error
    except (httpx.HTTPError, UnicodeError) as error:
        raise TryLater(f"the vendor did not answer ({type(error).__name__})") from error


async def _beginning(response: httpx.Response, most_bytes: int) -> bytes:
    body = bytearray()
    async for chunk in response.aiter_bytes():
        body += chunk
        if len(body) >= most_bytes:
            break
    return bytes(body[:most_bytes])


def retry_after(headers: Mapping[str, str]) -> timedelta | None:
    """Return how long the vendor asks to wait (at most an hour), where it says so in seconds."""
    value = headers.get("retry-after", "")
    if not value.isascii() or not value.isdigit() or len(value) > 9:
        return None
    return min(timedelta(seconds=int(value)), _PATIENCE)


def wait_until(answer: VendorAnswer, header: str, *, now: datetime) -> VendorAnswer:
    """Return a 429 with the time to wait where the vendor names, in a header, the moment from which it takes more."""
    if answer.status != 429 or answer.wait is not None:
        return answer
    again = moment(answer.headers.get(header), received_at=now)
    return answer if again is None else replace(answer, wait=min(max(again - now, timedelta(seconds=1)), _PATIENCE))


def settle(answer: VendorAnswer, *, vendor: str) -> None:
    """Return for a 2xx; `TryLater` for what passes, `SendingFailed` for what does not, by the status alone."""
    if 200 <= answer.status < 300:
        return
    if answer.status in (408, 425, 429) or answer.status >= 500:
        raise TryLater(f"{vendor} answered {answer.status}", wait=answer.wait)
    if answer.status in (401, 403):
        raise SendingFailed(f"{vendor} answered {answer.status}: the credentials are refused", cause="credentials")
    if 300 <= answer.status < 400:
        raise SendingFailed(f"{vendor} answered {answer.status}: redirects are not followed", cause="redirected")
    raise SendingFailed(f"{vendor} answered {answer.status}")
