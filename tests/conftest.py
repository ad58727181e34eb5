"""Fixtures of every test that needs a real part; each test has its own database, topics and groups."""

from __future__ import annotations

import contextlib
import os
import secrets
from collections.abc import Iterator

import pytest

from deploy.local import topics
from deploy.local.browser import chromium as _chromium
from tests.support import databases, run
from tests.support.house import House, running_house
from tests.support.stack import Stack
from tests.support.stack import stack as _stack
from tests.support.waiting import outside_loop


def pytest_configure(config: pytest.Config) -> None:
    """Begin the run in the process that owns it: pytest's, or xdist's controller."""
    if "PYTEST_XDIST_WORKER" not in os.environ:
        folder = run.begin()
        config.add_cleanup(lambda: run.end(folder))


@pytest.fixture(scope="session")
def stack() -> Stack:
    """PostgreSQL and Kafka of this run."""
    return _stack()


@pytest.fixture
def database_url(stack: Stack) -> Iterator[str]:
    """A fresh database with every service's schema at its newest version."""
    url = outside_loop(databases.migrated(admin_url=stack.database_url))
    yield url
    outside_loop(databases.drop(admin_url=stack.database_url, url=url))


@pytest.fixture
def empty_database_url(stack: Stack) -> Iterator[str]:
    """A fresh database without anything in it."""
    url = outside_loop(databases.empty(admin_url=stack.database_url))
    yield url
    outside_loop(databases.drop(admin_url=stack.database_url, url=url))


@pytest.fixture
def kafka_bootstrap_servers(stack: Stack) -> str:
    """The broker of this run."""
    return stack.kafka_bootstrap_servers


@pytest.fixture
def topic_prefix(kafka_bootstrap_servers: str) -> Iterator[str]:
    """A prefix under which every topic exists, for this test alone."""
    prefix = f"t{secrets.token_hex(5)}."
    outside_loop(topics.create(bootstrap_servers=kafka_bootstrap_servers, prefix=prefix))
    yield prefix
    with contextlib.suppress(Exception):  # a test may have left the broker dead; the run's end takes all away
        outside_loop(topics.delete(bootstrap_servers=kafka_bootstrap_servers, prefix=prefix))


@pytest.fixture(scope="module")
def house(stack: Stack) -> Iterator[House]:
    """The three services as processes, for the tests of one module; `running_house(stack)` gives one of one's own."""
    with running_house(stack) as running:
        yield running


@pytest.fixture(scope="session")
def chromium() -> str:
    """The path of a Chromium; tests that need one are skipped, and say so, where there is none."""
    found = _chromium()
    if found is None:
        pytest.skip("no Chromium: make setup-browser")
    return found
