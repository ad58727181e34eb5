"""A responder on a real database, with real neighbours; Kafka only where a test asks for it."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator, Iterator

import pytest

from services.responder.settings import ResponderSettings
from shared.sealing import Sealer
from tests.integration.responder.endpoints import Endpoints, endpoints
from tests.integration.responder.neighbours import MailSink, Neighbours, serving
from tests.integration.responder.running import RunningResponder, running

HOUSE_KEY = base64.b64encode(bytes(range(32))).decode()
NO_BROKER = "127.0.0.1:1"


@pytest.fixture
def mail_sink() -> Iterator[MailSink]:
    """A relay that keeps what it is given."""
    with MailSink() as sink:
        yield sink


@pytest.fixture
async def neighbours() -> AsyncIterator[Neighbours]:
    """Ingest, router and vendors."""
    found = Neighbours(sealer=Sealer(bytes(range(32))))
    async with serving(found.app()) as url:
        found.url = url
        found.connect_whatsapp()
        yield found


@pytest.fixture
def settings(database_url: str, neighbours: Neighbours, mail_sink: MailSink) -> ResponderSettings:
    """Settings without a broker in reach; a test with Kafka copies them with one."""
    return ResponderSettings(
        database_url=database_url,
        kafka_bootstrap_servers=NO_BROKER,
        house_key=HOUSE_KEY,
        ingest_url=neighbours.url,
        router_url=neighbours.url,
        mail_relay_url=mail_sink.url,
        mail_from="care@acme.test",
        allow_private_targets=True,
        organisation="ACME",
    )


@pytest.fixture
async def responder(settings: ResponderSettings, neighbours: Neighbours) -> AsyncIterator[RunningResponder]:
    """A responder that is fed by hand."""
    async with running(settings, neighbours) as found:
        yield found


@pytest.fixture
async def others() -> AsyncIterator[Endpoints]:
    """The endpoints of other systems."""
    async with endpoints() as found:
        yield found
