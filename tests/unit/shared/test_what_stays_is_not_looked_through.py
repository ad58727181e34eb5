"""The garbage collector leaves alone what a service has loaded, and still finds what is thrown away later."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from shared.garbage import keep_for_good


class Ring:
    """Refers to itself, so only the collector can take it away."""

    def __init__(self) -> None:
        self.me = self


@pytest.fixture
def frozen() -> Iterator[None]:
    threshold = gc.get_threshold()
    keep_for_good()
    yield
    gc.set_threshold(*threshold)
    gc.unfreeze()


@pytest.mark.usefixtures("frozen")
def test_what_was_loaded_is_kept_apart_and_what_comes_later_is_still_collected() -> None:
    assert gc.get_freeze_count() > 1_000
    ring = weakref.ref(Ring())
    gc.collect()
    assert ring() is None
