"""Floods, and clients that leave or never finish: the house goes on, and forgets nothing."""

from __future__ import annotations

import asyncio
import random
import secrets
import time
from collections.abc import Iterator
from contextlib import suppress

import asyncpg
import httpx
import pytest

from tests.chaos.audit import audit
from tests.integration.hostile.flooding import dribble
from tests.support import calling
from tests.support.house import House, running_house
from tests.support.stack import Stack
from tests.support.stalls import Stopwatch

BODY = {"text": "The parcel is late and nobody answers."}


async def posted(client: httpx.AsyncClient, key: str) -> httpx.Response:
    return await client.post("/v1/complaints", json=BODY, headers={"Idempotency-Key": key})


@pytest.fixture(scope="module")
def fortress(stack: Stack) -> Iterator[House]:
    """A house of this module's own: everything in it is audited."""
    with running_house(stack) as house:
        yield house


@pytest.fixture
def told() -> dict[str, set[str]]:
    """Every reference that a key was told."""
    return {}


def client(house: House, told: dict[str, set[str]]) -> httpx.AsyncClient:
    async def note(answer: httpx.Response) -> None:
        await answer.aread()
        if answer.status_code == 202:
            told.setdefault(answer.request.headers["idempotency-key"], set()).add(answer.json()["reference"])

    return httpx.AsyncClient(
        base_url=house.ingest_url,
        headers=house.key,
        timeout=20,
        transport=calling.ComesAgainLater(limits=httpx.Limits(max_connections=100)),
        event_hooks={"response": [note]},
    )


async def test_fifty_posts_with_one_key_are_one_complaint(fortress: House, told: dict[str, set[str]]) -> None:
    for _ in range(5):
        key = secrets.token_hex(8)
        async with client(fortress, told) as calls:
            answers = await asyncio.gather(*(posted(calls, key) for _ in range(50)))
        assert {a.status_code for a in answers} <= {202, 409}
        assert len({a.json()["reference"] for a in answers if a.status_code == 202}) == 1
        assert sum("idempotency-replayed" not in a.headers for a in answers if a.status_code == 202) == 1
    await asyncio.to_thread(audit, fortress, told)


async def test_clients_that_leave_in_the_middle_cost_nobody_anything(
    fortress: House, told: dict[str, set[str]]
) -> None:
    keys, acknowledged = [secrets.token_hex(8) for _ in range(200)], {}
    chance = random.Random(7)

    async def impatient(calls: httpx.AsyncClient, key: str, most_s: float) -> None:
        with suppress(TimeoutError, httpx.HTTPError):
            async with asyncio.timeout(chance.uniform(0.0005, most_s)):
                acknowledged[key] = (await posted(calls, key)).json()["reference"]

    async with client(fortress, told) as calls:
        began = time.perf_counter()
        await asyncio.gather(*(posted(calls, secrets.token_hex(8)) for _ in range(20)))
        most_s = 2 * (time.perf_counter() - began)
        for start in range(0, len(keys), 20):
            await asyncio.gather(*(impatient(calls, key, most_s) for key in keys[start : start + 20]))
        again = {key: await posted(calls, key) for key in keys}
    assert 0 < len(acknowledged) < len(keys), "the patience has to be such that some leave in time and some do not"
    assert {a.status_code for a in again.values()} == {202}
    assert all(again[key].json()["reference"] == reference for key, reference in acknowledged.items())
    assert all("idempotency-replayed" in again[key].headers for key in acknowledged)
    assert await held_transactions(fortress) == 0
    await asyncio.to_thread(audit, fortress, told)


async def held_transactions(house: House) -> int:
    """Count the transactions of ingest in which nothing happens: a client that left must not leave one open."""
    connection = await asyncpg.connect(house.database_url)
    try:
        held: int = await connection.fetchval(
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database()"
            " AND application_name = 'ascolto-ingest' AND state LIKE 'idle in transaction%'"
            " AND state_change < now() - interval '1 second'"
        )
    finally:
        await connection.close()
    return held


@pytest.mark.timeout(120)
async def test_half_open_connections_are_closed_and_good_clients_wait_no_longer(
    fortress: House, told: dict[str, set[str]]
) -> None:
    line = b"POST /v1/complaints HTTP/1.1\r\nHost: x\r\n"
    whole = line + b"Content-Type: application/json\r\nIdempotency-Key: slow\r\nContent-Length: 5000\r\n"
    whole += f"Authorization: Bearer {fortress.api_key}\r\n\r\n".encode()
    unread = whole.replace(b"POST /v1/complaints", b"PUT /v1/accounts/slow")
    kinds = [(b"", b""), (line, b"X" * 60), (whole, b"{" * 60), (unread, b"{" * 60)]
    async with client(fortress, told) as calls:
        await timed(calls, 20)
        before = await best_p99(calls)
        with Stopwatch() as watch:
            slow = [
                asyncio.create_task(dribble(fortress.ingest_url, *kinds[n % 4], every_s=0.5, give_up_s=20))
                for n in range(300)
            ]
            await asyncio.sleep(0.5)
            during = await best_p99(calls)
            assert not all(task.done() for task in slow), "measured too late: the slow ones are closed already"
            closed = await asyncio.gather(*slow)
    assert max(closed) <= 10.0 + watch.stalled
    assert during <= max(2 * before, 0.25)
    await asyncio.to_thread(audit, fortress, told)


async def best_p99(calls: httpx.AsyncClient) -> float:
    """Measure in rounds and return the best: what else this machine does only ever makes one slower."""
    return min([await timed(calls, 30) for _ in range(3)])


async def timed(calls: httpx.AsyncClient, n: int) -> float:
    took = []
    for _ in range(n):
        began = time.perf_counter()
        assert (await posted(calls, secrets.token_hex(8))).status_code == 202
        took.append(time.perf_counter() - began)
    return sorted(took)[int(n * 0.99)]
