"""One house for all hostile tests of a worker, and clients of its services."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.support.house import House, running_house
from tests.support.stack import Stack


@pytest.fixture(scope="package")
def fortress(stack: Stack) -> Iterator[House]:
    """The three services, as strict as in production but for the number of posts to a form."""
    with running_house(stack, extra={"ASCOLTO_FORM_POSTS_PER_MINUTE": "100000"}) as house:
        yield house


@pytest.fixture(scope="package")
def ingest(fortress: House) -> Iterator[httpx.Client]:
    """A client of ingest that carries the API key."""
    with fortress.client("ingest") as client:
        yield client


@pytest.fixture(scope="package")
def responder(fortress: House) -> Iterator[httpx.Client]:
    """A client of the responder that carries the API key."""
    with fortress.client("responder") as client:
        yield client


@pytest.fixture(scope="package")
def router(fortress: House) -> Iterator[httpx.Client]:
    """A client of the router that carries the API key."""
    with fortress.client("router") as client:
        yield client
