"""Finds the specimens, and runs each test of this folder once for every channel that it concerns."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from importlib.util import find_spec

import pytest

from shared.channel_registry import registry
from tests.contract.channels.specimen import Specimen

_CONCERNS: dict[str, Callable[[Specimen], bool]] = {
    "signed": lambda s: s.signing is not None,
    "secret": lambda s: s.signing is not None and any(s.signing.secret in v for v in s.account.secrets.values()),
    "covered": lambda s: s.signing is not None and s.signing.covers != "nothing",
    "stamped": lambda s: s.signing is not None and s.signing.stale_after is not None,
    "json": lambda s: s.encoding == "json",
    "batched": lambda s: s.batch is not None,
    "http": lambda s: s.answers is not None and s.answers.by == "http",
    "listed": lambda s: s.listing is not None,
    "mail": lambda s: s.answers is not None and s.answers.by == "mail",
}


def specimens() -> dict[str, Specimen]:
    """Return the specimen of every channel that brings one."""
    names = [n for n in registry() if find_spec(f"shared.channels.{n}.specimen")]
    return {name: import_module(f"shared.channels.{name}.specimen").specimen for name in names}


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Give `specimen` to a test: of every channel, or of those that its `concerns` mark names."""
    if "channel_name" in metafunc.fixturenames:
        metafunc.parametrize("channel_name", sorted(registry()))
    if "specimen" in metafunc.fixturenames:
        mark = metafunc.definition.get_closest_marker("concerns")
        wanted = [_CONCERNS[name] for name in (mark.args if mark else ())]
        found = {n: s for n, s in specimens().items() if all(concern(s) for concern in wanted)}
        metafunc.parametrize("specimen", list(found.values()), ids=list(found))


def pytest_configure(config: pytest.Config) -> None:
    """Make the mark known."""
    config.addinivalue_line("markers", "concerns(*kinds): the channels that a test of the suite concerns")
