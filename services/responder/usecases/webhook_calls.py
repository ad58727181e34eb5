"""One call to another system's endpoint: signed, bounded in time and size, its answer sorted."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from uuid import UUID

import httpx

from services.responder.domain.webhook_patience import Attempted
from services.responder.domain.webhooks import webhook_id
from services.responder.usecases.webhook_secrets import open_valid
from shared.channel.errors import SendingFailed
from shared.clock import Clock
from shared.sealing import SealBroken, Sealer
from shared.text import storable
from shared.vendor.standard_webhooks import sign

logger = logging.getLogger(__name__)

CALL_S: Final = 15.0
POOLS: Final = 32
_READ_BYTES: Final = 16 * 1024
_KEPT_CHARACTERS: Final = 500


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """What is to be said to whom; `quote` tells whether the answer may be kept: it may repeat what we said."""

    notification_id: UUID
    subscription_id: UUID
    url: str
    body: bytes
    sealed_secrets: bytes
    previous_secret_until: datetime | None
    quote: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """What came of a call; `answer` is the beginning of an answer that was no yes."""

    attempted: Attempted
    started_at: datetime
    duration_ms: int
    answer: str | None = None


class WebhookCaller:
    """Calls endpoints; whatever goes wrong is an answer too."""

    def __init__(
        self, *, clients: Sequence[httpx.AsyncClient], sealer: Sealer, clock: Clock, call_s: float = CALL_S
    ) -> None:
        # Each call costs a pool a look at every connection that it has open: several small pools are cheaper than one.
        self._clients = clients
        self._sealer = sealer
        self._clock = clock
        self._call_s = call_s

    async def call(self, call: Call) -> Answered:
        """Return what the endpoint answered within its time, or why it did not."""
        started_at, began = self._clock.now(), time.monotonic()
        answer = None
        try:
            async with asyncio.timeout(self._call_s):
                attempted, answer = await self._said(call, now=started_at)
        except Exception as error:  # noqa: BLE001 - sorted by type: a defect of one endpoint must not stop the others
            attempted = Attempted(outcome="failed", cause=_cause(error))
        duration_ms = round((time.monotonic() - began) * 1000)
        return Answered(attempted=attempted, started_at=started_at, duration_ms=duration_ms, answer=answer)

    async def _said(self, call: Call, *, now: datetime) -> tuple[Attempted, str | None]:
        headers = self._headers(call, now=now)
        http = self._clients[call.subscription_id.int % len(self._clients)]
        async with http.stream("POST", call.url, content=call.body, headers=headers) as response:
            said = await _beginning(response)
            attempted = _sorted(response.status_code, response.headers, now=now)
        if attempted.outcome == "delivered" or not call.quote:
            return attempted, None
        return attempted, _quoted(said)

    def _headers(self, call: Call, *, now: datetime) -> dict[str, str]:
        secrets = open_valid(
            self._sealer, call.subscription_id, call.sealed_secrets, previous_until=call.previous_secret_until, now=now
        )
        name, timestamp = webhook_id(call.notification_id), str(int(now.timestamp()))
        signatures = [sign(one, webhook_id=name, timestamp=timestamp, body=call.body) for one in secrets]
        return {
            "content-type": "application/json",
            "accept-encoding": "identity",
            "user-agent": "Ascolto-Webhooks/1",
            "webhook-id": name,
            "webhook-timestamp": timestamp,
            "webhook-signature": " ".join(signatures),
        }


async def _beginning(response: httpx.Response) -> bytes:
    """Return the beginning of the body as it came: nothing is unpacked, and nobody makes us read for ever."""
    said = bytearray()
    async for chunk in response.aiter_raw():
        said += chunk
        if len(said) >= _READ_BYTES:
            break
    return bytes(said)


def _sorted(status: int, headers: Mapping[str, str], *, now: datetime) -> Attempted:
    if 200 <= status < 300:
        return Attempted(outcome="delivered", status=status)
    if status == 410:
        return Attempted(outcome="gone", cause="gone", status=status)
    cause = "redirected" if 300 <= status < 400 else f"status_{status}"
    return Attempted(outcome="failed", cause=cause, status=status, asked=_asked(headers, now=now))


def _asked(headers: Mapping[str, str], *, now: datetime) -> timedelta | None:
    """Return how long the endpoint asks us to wait, said in seconds or as a date (RFC 9110)."""
    value = headers.get("retry-after", "").strip()
    if value.isascii() and value.isdigit() and len(value) <= 9:
        return timedelta(seconds=int(value))
    try:
        until = parsedate_to_datetime(value)
    except ValueError:
        return None
    return until - now if until.tzinfo is not None and until > now else None


def _quoted(said: bytes) -> str | None:
    text = storable(said.decode("utf-8", "replace"))
    return "".join(c if c.isprintable() else " " for c in text)[:_KEPT_CHARACTERS].strip() or None


def _cause(error: Exception) -> str:
    match error:
        case SendingFailed():
            return error.cause or "refused_here"
        case SealBroken():
            return "sealed_with_another_key"
        case TimeoutError() | httpx.TimeoutException():
            return "timeout"
        case httpx.ConnectError():
            return "unreachable"
        case httpx.InvalidURL() | httpx.UnsupportedProtocol() | UnicodeError():
            return "bad_address"
        case httpx.HTTPError() | OSError():
            return "connection_broken"
        case _:
            logger.error("a call to another system met a defect", extra={"error_type": type(error).__name__})
            return f"defect_{type(error).__name__}"
