"""A house to measure: an account with a signed webhook, the load at its door, and what its database says."""

from __future__ import annotations

import asyncio
import base64
import secrets
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import asyncpg

from deploy.local import ports
from tests.bench.http_load import Order
from tests.support.house import House
from tests.support.waiting import outside_loop


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedDoor:
    """A connected webhook account."""

    house: House
    account: str
    secret: str

    def order(self, *, requests: int, seconds: float | None = None) -> Order:
        """Return the order to post signed complaints here."""
        return Order(
            port=self.house.services.ports["ingest"],
            path=f"/v1/channels/{self.account}/deliveries",
            requests=requests,
            seconds=seconds,
            secret=self.secret,
        )


def signed_door(house: House, *, reply_url: str | None = None) -> SignedDoor:
    """Connect a webhook account; ingest must run."""
    account, secret = f"bench-{secrets.token_hex(3)}", "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()
    settings = {"reply_url": reply_url} if reply_url else {}
    body = {"channel": "webhook", "title": "Bench", "settings": settings, "secrets": {"signing_secret": secret}}
    with house.client("ingest") as ingest:
        answer = ingest.put(f"/v1/accounts/{account}", json=body)
        assert answer.status_code == 201, answer.text
    return SignedDoor(house=house, account=account, secret=secret)


@contextmanager
def silent_vendor() -> Iterator[str]:
    """Yield the address of a vendor that takes calls and never answers: what is sent out costs next to nothing."""
    with socket.create_server((ports.LOOPBACK, 0), backlog=128) as server:
        yield f"http://{ports.LOOPBACK}:{server.getsockname()[1]}/hook"


def until_value(database_url: str, query: str, *arguments: Any, reaches: int, within_s: float = 120.0) -> float:
    """Return when (seconds since 1970) the number that a query returns was first seen to have reached `reaches`."""
    return outside_loop(_until(database_url, query, arguments, reaches, within_s))


async def _until(database_url: str, query: str, arguments: tuple[Any, ...], reaches: int, within_s: float) -> float:
    connection = await asyncpg.connect(database_url)
    try:
        deadline = time.monotonic() + within_s
        while (found := await connection.fetchval(query, *arguments)) < reaches:
            assert time.monotonic() < deadline, f"{found} of {reaches}: {query}"
            await asyncio.sleep(0.04)
        return time.time()
    finally:
        await connection.close()


def published(database_url: str, service: str) -> None:
    """Return once a service's outbox is empty."""
    query = f"SELECT CASE WHEN EXISTS (SELECT 1 FROM {service}.outbox) THEN 0 ELSE 1 END"
    until_value(database_url, query, reaches=1)
