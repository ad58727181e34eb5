"""Follows a vendor's list for ever: walks it, waits, walks it again, and waits longer when the vendor asks for it."""

from __future__ import annotations

import asyncio
import hashlib
from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

import msgspec

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.port import Polled
from shared.clock import Clock
from shared.faults import TryLater
from shared.vendor.calls import VendorAnswer
from shared.vendor.walking import Listed, News, Page, Read, resume, walk

PAGE_BYTES = 8 * 1024 * 1024
_LONGEST_WAIT = timedelta(hours=1)
_CLOCKS = timedelta(minutes=5)
"""Vendors tell whole seconds, of their own clock: what is written while an account is connected is not old."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pace:
    """How often to look, how long to rest after a page, how far to go back, and how far at the very first time."""

    every: timedelta
    between: timedelta = timedelta(0)
    overlap: timedelta
    first: timedelta = field(default=timedelta(0))


async def follow(
    read: Read, *, account: Account, cursor: Mapping[str, Any] | None, clock: Clock, pace: Pace
) -> AsyncGenerator[Polled, None]:
    """Yield what is new, each page with its cursor, for ever; `TryLater` when the vendor is away and names no time."""
    since = datetime.fromisoformat(cursor["since"]) if cursor else clock.now() - pace.first - _CLOCKS
    place, kept = resume(cursor, since=since), cursor
    while True:
        cut_short = place.onward is not None
        async with aclosing(walk(_patient(read), place, since=since, overlap=pace.overlap)) as pages:
            async for news, reached in pages:
                place, stored = reached, {"since": since.isoformat(), **reached.stored()}
                if stored != kept:
                    kept = stored
                    yield Polled(deliveries=[_delivery(one, account, clock.now()) for one in news], cursor=stored)
                await _rest(pace.between)
        if not cut_short:  # after a walk that went on where it was, what is new by now is not kept waiting
            await _rest(pace.every)


def _patient(read: Read) -> Read:
    """Wait here where the vendor says how long: whoever came to poll in our place would ask it again at once."""

    async def patiently(onward: str | None) -> Page:
        while True:
            try:
                return await read(onward)
            except TryLater as later:
                if later.wait is None:
                    raise
                await _rest(min(later.wait, _LONGEST_WAIT))

    return patiently


async def _rest(duration: timedelta) -> None:
    await asyncio.sleep(duration.total_seconds())


def _delivery(news: News, account: Account, now: datetime) -> Delivery:
    return Delivery(
        account=account.account,
        received_at=now,
        body=news.item.body,
        headers={"content-type": "application/json"},
        envelope={"kind": news.kind, "first": news.first},
    )


def objects_in(answer: VendorAnswer, *names: str, vendor: str, optional: bool = False) -> list[Any]:
    """Return the list of a page; a page that is none is a bad moment of the vendor's, and not an empty one."""
    value: Any
    try:
        value = msgspec.json.decode(answer.body)
    except (ValueError, RecursionError):
        raise TryLater(f"{vendor} answered with something that is no page") from None
    for name in names:
        value = value.get(name, [] if optional else None) if isinstance(value, dict) else None
    if not isinstance(value, list):
        raise TryLater(f"{vendor} answered with a page that has no list")
    return value


def listed(item: object, *, own_id: str | None, words: str, at: datetime | None, counts: bool = True) -> Listed:
    """Return an item of a page; one without an id is known by all that it is, and read as unreadable once."""
    body = msgspec.json.encode(item)
    return Listed(own_id=own_id or "?" + digest(body.decode()), words=words, at=at, body=body, counts=counts)


def digest(*words: object) -> str:
    """Return what tells two states of an item apart."""
    said = "\x00".join("" if word is None else str(word) for word in words)
    return hashlib.sha256(said.encode("utf-8", "surrogatepass")).hexdigest()[:12]
