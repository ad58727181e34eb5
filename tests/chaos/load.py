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
_LATER = {409, 429, 503}


class Load:
    """Posts complaints from several threads; `acknowledged` holds, for each key, every reference it was told."""

    def __init__(
        self, house: House, *, count: int, threads: int = 6, pause_s: float = 0.0, text: str = "has not arrived."
    ) -> None:
        self._house = house
        self._keys = [f"{secrets.token_hex(4)}-{n}" for n in range(count)]
        self._pool = ThreadPoolExecutor(threads)
        self._pause_s = pause_s
        self._text = text
        self._lock = threading.Lock()
        self.acknowledged: dict[str, set[str]] = {}
        self.statuses: Counter[int | str] = Counter()
        self.slowest_s = 0.0

    def __enter__(self) -> Load:
        """Begin."""
        self._client = self._new_client()
        self._jobs = [self._pool.submit(self._send, self._client, number, key) for number, key in enumerate(self._keys)]
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Return once every complaint is acknowledged; raises when one never was, or the block itself failed."""
        try:
            if error is None:
                self.finish()
        finally:
            self._pool.shutdown(cancel_futures=True)
            self._client.close()

    def finish(self) -> None:
        """Return once every complaint is acknowledged; raises when one never was."""
        for job in self._jobs:
            job.result(timeout=GIVE_UP_S)

    def again(self) -> None:
        """Send everything once more, as a client does whose memory of the answers is gone."""
        with self._new_client() as client:
            for number, key in enumerate(self._keys):
                self._try(client, number, key)

    def _new_client(self) -> httpx.Client:
        # A connection is used again only while the server surely keeps it; making a client costs more than a call.
        limits = httpx.Limits(keepalive_expiry=2)
        return httpx.Client(base_url=self._house.ingest_url, timeout=10, limits=limits, trust_env=False)

    def _send(self, client: httpx.Client, number: int, key: str) -> None:
        deadline = time.monotonic() + GIVE_UP_S
        while not self._try(client, number, key):
            if time.monotonic() > deadline:
                raise AssertionError(f"never acknowledged; answers were {self.statuses}")
            time.sleep(0.2)
        time.sleep(self._pause_s)

    def _try(self, client: httpx.Client, number: int, key: str) -> bool:
        body = {"text": f"Parcel {number} {self._text}", "contact": {"email": f"c{key}@example.test"}}
        began = time.monotonic()
        try:
            answer = client.post("/v1/complaints", json=body, headers=self._house.key | {"Idempotency-Key": key})
        except httpx.HTTPError as error:
            self._note(type(error).__name__)
            return False
        self._note(answer.status_code, seconds=time.monotonic() - began)
        if answer.status_code != 202:
            assert answer.status_code in _LATER, answer.text
            assert answer.status_code == 409 or int(answer.headers["retry-after"]) > 0, answer.headers
            return False
        with self._lock:
            self.acknowledged.setdefault(key, set()).add(answer.json()["reference"])
        return True

    def _note(self, what: int | str, *, seconds: float = 0.0) -> None:
        with self._lock:
            self.statuses[what] += 1
            self.slowest_s = max(self.slowest_s, seconds)
