"""A load that behaves as integrators should: each complaint has its own key and is sent until it is acknowledged."""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from types import TracebackType

import httpx

from tests.support.house import House

GIVE_UP_S = 90.0


class Load:
    """Posts complaints from several threads; `acknowledged` holds, for each key, every reference it was told."""

    def __init__(self, house: House, *, count: int, threads: int = 6, pause_s: float = 0.0) -> None:
        self._house = house
        self._keys = [f"{secrets.token_hex(4)}-{n}" for n in range(count)]
        self._pool = ThreadPoolExecutor(threads)
        self._pause_s = pause_s
        self._lock = threading.Lock()
        self.acknowledged: dict[str, set[str]] = {}
        self.statuses: Counter[int | str] = Counter()

    def __enter__(self) -> Load:
        """Begin."""
        self._jobs = [self._pool.submit(self._send, number, key) for number, key in enumerate(self._keys)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Return once every complaint is acknowledged; raises when one never was."""
        for job in self._jobs:
            job.result(timeout=GIVE_UP_S)
        self._pool.shutdown()

    def again(self) -> None:
        """Send everything once more, as a client does whose memory of the answers is gone."""
        with httpx.Client(base_url=self._house.ingest_url, timeout=10) as client:
            for number, key in enumerate(self._keys):
                self._try(client, number, key)

    def _send(self, number: int, key: str) -> None:
        deadline = time.monotonic() + GIVE_UP_S
        with httpx.Client(base_url=self._house.ingest_url, timeout=10) as client:
            while not self._try(client, number, key):
                if time.monotonic() > deadline:
                    raise AssertionError(f"never acknowledged; answers were {self.statuses}")
                time.sleep(0.2)
        time.sleep(self._pause_s)

    def _try(self, client: httpx.Client, number: int, key: str) -> bool:
        body = {"text": f"Parcel {number} has not arrived.", "contact": {"email": f"c{key}@example.test"}}
        try:
            answer = client.post("/v1/complaints", json=body, headers=self._house.key | {"Idempotency-Key": key})
        except httpx.HTTPError as error:
            self._note(type(error).__name__)
            return False
        self._note(answer.status_code)
        if answer.status_code != 202:
            assert answer.status_code in (409, 429, 503), answer.text
            return False
        with self._lock:
            self.acknowledged.setdefault(key, set()).add(answer.json()["reference"])
        return True

    def _note(self, what: int | str) -> None:
        with self._lock:
            self.statuses[what] += 1
