"""One house and one world outside for the journeys."""

from __future__ import annotations

from collections.abc import Iterator

import httpx
import pytest

from tests.journey.doors import Porch
from tests.support.house import House, running_house
from tests.support.imap_server import ImapServer, running_imap_server
from tests.support.outside import Outside, outside_world
from tests.support.stack import Stack


@pytest.fixture(scope="package")
def outside() -> Iterator[Outside]:
    """A vendor and a mail relay."""
    with outside_world() as world:
        yield world


@pytest.fixture(scope="package")
def journey_house(stack: Stack, outside: Outside) -> Iterator[House]:
    """The three services, with the relay for doors that have none of their own."""
    extra = {
        "ASCOLTO_MAIL_RELAY_URL": outside.relay_url,
        "ASCOLTO_MAIL_FROM": "care@acme.test",
        "ASCOLTO_FORM_POSTS_PER_MINUTE": "1000",
    }
    with running_house(stack, extra=extra) as house:
        yield house


@pytest.fixture(scope="package")
def mailboxes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    """A server of mailboxes."""
    with running_imap_server(tmp_path_factory.mktemp("imap")) as running:
        yield running


@pytest.fixture(scope="package")
def porch(journey_house: House, outside: Outside, mailboxes: ImapServer) -> Iterator[Porch]:
    """What doors are made from."""
    with journey_house.client("ingest") as ingest:
        yield Porch(house=journey_house, ingest=ingest, outside=outside, mailboxes=mailboxes)


@pytest.fixture(scope="package")
def responder(journey_house: House) -> Iterator[httpx.Client]:
    """A client of the responder."""
    with journey_house.client("responder") as client:
        yield client


@pytest.fixture(scope="package")
def router(journey_house: House) -> Iterator[httpx.Client]:
    """A client of the router."""
    with journey_house.client("router") as client:
        yield client
