"""The report that every benchmark adds to; shown and kept at the end of the run."""

from __future__ import annotations

import pytest

from tests.bench.report import Report, shown, write
from tests.bench.sizes import Sizes
from tests.bench.sizes import sizes as _sizes

_REPORT = pytest.StashKey[Report]()


def pytest_configure(config: pytest.Config) -> None:
    """Begin a report."""
    config.stash[_REPORT] = Report()


@pytest.fixture(scope="session")
def report(pytestconfig: pytest.Config) -> Report:
    """What is measured goes here."""
    return pytestconfig.stash[_REPORT]


@pytest.fixture(scope="session")
def sizes() -> Sizes:
    """How much is measured."""
    return _sizes()


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter, config: pytest.Config) -> None:
    """Show the table last, and say where it is kept."""
    report = config.stash[_REPORT]
    if not report.figures:
        return
    kept = report.kept()
    file = write(kept)
    terminalreporter.section("measured")
    for line in (*shown(kept), f"kept as {file}"):
        terminalreporter.write_line(line)
