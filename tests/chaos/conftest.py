"""Houses that faults are done to: one for each test, with a mail relay that remembers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.support.house import House, running_house
from tests.support.outside import Outside, outside_world
from tests.support.stack import Stack


@pytest.fixture
def outside() -> Iterator[Outside]:
    """The world outside."""
    with outside_world() as world:
        yield world


@pytest.fixture
def relay_settings(outside: Outside) -> dict[str, str]:
    """What makes a house answer by that relay."""
    return {"ASCOLTO_MAIL_RELAY_URL": outside.relay_url, "ASCOLTO_MAIL_FROM": "care@acme.test"}


@pytest.fixture
def own_house(stack: Stack, relay_settings: dict[str, str]) -> Iterator[House]:
    """A house of this test's own."""
    with running_house(stack, extra=relay_settings) as house:
        yield house
