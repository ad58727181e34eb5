"""Houses that faults are done to: one for each test, with a mail relay that remembers."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.chaos.figures import told
from tests.support.house import House, running_house
from tests.support.outside import Outside, outside_world
from tests.support.stack import Stack


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    """Tell what the fault tests measured."""
    if told():
        terminalreporter.section("measured under faults")
    for line in told():
        terminalreporter.write_line(line)


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
