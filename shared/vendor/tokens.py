"""Access tokens that a vendor lends for a while: asked for once, kept until shortly before they end."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import httpx

from shared.channel.errors import SendingFailed
from shared.clock import Clock, SystemClock
from shared.vendor.calls import VendorAnswer, call, settle
from shared.vendor.payloads import text_of

_KEPT = 256
_SPARE = timedelta(minutes=2)
_SHORTEST, _LONGEST = timedelta(minutes=1), timedelta(hours=24)


@dataclass(frozen=True, slots=True, kw_only=True)
class Asking:
    """How a token is asked for: where, and with which form, made for the moment at which it is sent.

    `credentials` are what tells one account's token from another's; they stay in this process.
    """

    vendor: str
    url: str
    credentials: str = field(repr=False)
    form: Callable[[datetime], Mapping[str, str]] = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    as_json: bool = False
    named: str = "access_token"
    lasts: timedelta = _SHORTEST
    """For how long a token holds where the vendor does not say."""

    @property
    def key(self) -> tuple[str, str]:
        """The address and the credentials."""
        return self.url, self.credentials


class Tokens:
    """The tokens of a channel, in this process; a token that is refused is asked for again, once."""

    def __init__(self, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self._kept: OrderedDict[tuple[str, str], tuple[str, datetime]] = OrderedDict()

    async def call(
        self, http: httpx.AsyncClient, method: str, url: str, *, asking: Asking, **request: Any
    ) -> VendorAnswer:
        """Return the answer to a request that carries a token; `SendingFailed` where none is given out."""
        fresh = asking.key not in self._kept or self._kept[asking.key][1] <= self.clock.now()
        answer = await self._call(http, method, url, asking, request)
        if _is_expired(answer) and not fresh:  # it was withdrawn before its time
            answer = await self._call(http, method, url, asking, request)
        return answer

    async def _call(
        self, http: httpx.AsyncClient, method: str, url: str, asking: Asking, request: Mapping[str, Any]
    ) -> VendorAnswer:
        token = await self._token(http, asking)
        headers = {**request.get("headers", {}), "authorization": f"Bearer {token}"}
        answer = await call(http, method, url, **{**request, "headers": headers})
        if _is_expired(answer):
            self._kept.pop(asking.key, None)
        return answer

    async def _token(self, http: httpx.AsyncClient, asking: Asking) -> str:
        now = self.clock.now()
        kept = self._kept.get(asking.key)
        if kept is not None and kept[1] > now:
            return kept[0]
        body: dict[str, Any] = {"json" if asking.as_json else "data": dict(asking.form(now))}
        answer = await call(http, "POST", asking.url, headers=dict(asking.headers), **body)
        if answer.status in (400, 401, 403):
            raise SendingFailed(f"{asking.vendor} answered {answer.status} and gives no token", cause="credentials")
        settle(answer, vendor=asking.vendor)
        token, seconds = answer.fields.get(asking.named), text_of(answer.fields.get("expires_in")) or ""
        if not isinstance(token, str) or not token.isascii() or not token.isprintable() or not token:
            raise SendingFailed(f"{asking.vendor} answered without a token", cause="credentials")
        lent = timedelta(seconds=int(seconds)) if seconds.isdigit() and len(seconds) < 9 else asking.lasts
        self._kept[asking.key] = token, now + max(min(lent, _LONGEST) - _SPARE, _SHORTEST)
        while len(self._kept) > _KEPT:
            self._kept.popitem(last=False)
        return token


def _is_expired(answer: VendorAnswer) -> bool:
    return answer.status == 401 or (answer.status == 400 and answer.fields.get("error") == "ExpiredToken")
