"""The load: a process of its own that posts prepared requests over 64 connections and says what came back.

`python -m tests.bench.http_load ORDER`, the order in JSON; prints the result in JSON. A request costs it some 20 us:
nothing is parsed but the status and the length of each answer.
"""

from __future__ import annotations

import asyncio
import re
import sys
import time
from collections import Counter
from collections.abc import Iterator
from typing import cast

import msgspec
import uvloop

from shared.vendor.standard_webhooks import sign
from tests.bench.bodies import BYTES, Posted, bodies
from tests.bench.rounds import percentile

_LENGTH = re.compile(rb"content-length: *(\d+)", re.IGNORECASE)


class Order(msgspec.Struct, frozen=True, kw_only=True):
    """What to post and where; with `secret` each is signed by Standard Webhooks.

    At most `requests`, each distinct, and none after `seconds` when that is set.
    """

    port: int
    path: str
    requests: int
    seconds: float | None = None
    secret: str | None = None
    connections: int = 64
    size: int = BYTES


class Result(msgspec.Struct, frozen=True, kw_only=True):
    """What came back: how often each status, from when (seconds since 1970) and for how long, and how fast (ms)."""

    statuses: dict[int, int]
    began_at: float
    seconds: float
    p50_ms: float
    p99_ms: float
    longest_ms: float

    @property
    def answered(self) -> int:
        """How many requests were answered with a 2xx."""
        return sum(times for status, times in self.statuses.items() if 200 <= status < 300)

    @property
    def rate(self) -> float:
        """2xx a second; AssertionError when anything else came back, for then it measured something else."""
        assert self.answered == sum(self.statuses.values()), self.statuses
        return self.answered / self.seconds


class _Connection(asyncio.Protocol):
    """Sends the next request when the answer to the last has come."""

    def __init__(self, load: _Load) -> None:
        self._load = load
        self._answer = b""
        self._sent_at = 0.0
        self._transport: asyncio.Transport | None = None
        self.done = asyncio.get_running_loop().create_future()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast("asyncio.Transport", transport)  # uvloop's is one without saying so

    def send(self) -> None:
        """Send one more, or end."""
        request = self._load.next()
        assert self._transport is not None
        if request is None:
            self.done.set_result(None)
            self._transport.close()
            return
        self._sent_at = time.perf_counter()
        self._transport.write(request)

    def data_received(self, data: bytes) -> None:
        self._answer += data
        head = self._answer.find(b"\r\n\r\n")
        length = _LENGTH.search(self._answer, 0, head) if head >= 0 else None
        if length is None or len(self._answer) < head + 4 + int(length[1]):
            return
        status, self._answer = int(self._answer[9:12]), b""
        self._load.answered(status, time.perf_counter() - self._sent_at)
        self.send()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(ConnectionError("the server hung up"))


class _Load:
    def __init__(self, requests: Iterator[bytes]) -> None:
        self._requests = requests
        self._ends_at = 0.0
        self.statuses: Counter[int] = Counter()
        self.took: list[float] = []

    def begin(self, *, seconds: float | None) -> float:
        now = time.perf_counter()
        self._ends_at = now + seconds if seconds else float("inf")
        return now

    def next(self) -> bytes | None:
        return next(self._requests, None) if time.perf_counter() < self._ends_at else None

    def answered(self, status: int, seconds: float) -> None:
        self.statuses[status] += 1
        self.took.append(seconds)


async def run(order: Order) -> Result:
    """Post it all and return what came back."""
    requests = [_request(order, posted) for posted in bodies(order.requests, size=order.size)]
    loop = asyncio.get_running_loop()
    load = _Load(iter(requests))
    connections = [
        (await loop.create_connection(lambda: _Connection(load), "127.0.0.1", order.port))[1]
        for _ in range(order.connections)
    ]
    began_at, began = time.time(), load.begin(seconds=order.seconds)
    for connection in connections:
        connection.send()
    await asyncio.gather(*(connection.done for connection in connections))
    seconds = time.perf_counter() - began
    milliseconds = [took * 1000 for took in load.took]
    return Result(
        statuses=dict(load.statuses),
        began_at=began_at,
        seconds=seconds,
        p50_ms=percentile(milliseconds, 0.5),
        p99_ms=percentile(milliseconds, 0.99),
        longest_ms=max(milliseconds),
    )


def _request(order: Order, posted: Posted) -> bytes:
    headers = [
        f"POST {order.path} HTTP/1.1",
        f"host: 127.0.0.1:{order.port}",
        "content-type: application/json",
        f"content-length: {len(posted.body)}",
        f"webhook-id: {posted.webhook_id}",
    ]
    if order.secret:
        stamp = str(int(time.time()))
        proof = sign(order.secret, webhook_id=posted.webhook_id, timestamp=stamp, body=posted.body)
        headers += [f"webhook-timestamp: {stamp}", f"webhook-signature: {proof}"]
    return "\r\n".join([*headers, "", ""]).encode() + posted.body


if __name__ == "__main__":
    sys.stdout.buffer.write(msgspec.json.encode(uvloop.run(run(msgspec.json.decode(sys.argv[1], type=Order)))))
