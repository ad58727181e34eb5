"""Waiting in tests: for a condition, never for a time."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import Callable, Coroutine
from typing import Any, TypeVar

from tests.support.stalls import Stopwatch

T = TypeVar("T")


def outside_loop(coroutine: Coroutine[Any, Any, T]) -> T:
    """Run a coroutine to its end on a loop of its own, also while another loop runs in this thread."""
    outcome: list[T] = []
    fault: list[BaseException] = []

    def work() -> None:
        try:
            outcome.append(asyncio.run(coroutine))
        except BaseException as error:  # noqa: BLE001  it is raised again where it was asked for
            fault.append(error)

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    if fault:
        raise fault[0]
    return outcome[0]


def until(what: str, probe: Callable[[], T], *, within_s: float = 60.0, every_s: float = 0.05) -> T:
    """Ask again until the answer is truthy and return it; AssertionError with the last answer when it never is."""
    with Stopwatch() as watch:
        while not (seen := probe()):
            if watch.seconds > within_s:
                raise AssertionError(f"not within {within_s} s: {what}; last seen: {seen!r}")
            time.sleep(every_s)
    return seen
