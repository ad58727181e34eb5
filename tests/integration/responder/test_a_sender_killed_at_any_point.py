"""kill -9 around the moment of sending: nothing is lost, and a mail that goes out twice is the same mail."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import httpx
import msgspec
import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from services.responder.settings import ResponderSettings
from services.responder.store.tables import messaging
from shared.clock import SystemClock
from shared.contracts.routed import ComplaintRouted
from shared.messaging.outbox import Announcement, announce
from tests.integration.responder.neighbours import API_KEY, MailSink, Neighbours
from tests.integration.responder.routed_events import RoutedComplaint
from tests.integration.responder.running import until
from tests.support.stalls import Stopwatch

pytestmark = pytest.mark.timeout(300)  # a process is up in 3 s alone, and in half a minute on a machine that is full


@asynccontextmanager
async def _process(
    settings: ResponderSettings, *, fault: str = ""
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run the responder as a process and give it and its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    environment = os.environ | {
        "DATABASE_URL": settings.database_url,
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "ASCOLTO_TOPIC_PREFIX": settings.topic_prefix,
        "ASCOLTO_HOUSE_KEY": settings.house_key or "",
        "ASCOLTO_INGEST_URL": settings.ingest_url,
        "ASCOLTO_ROUTER_URL": settings.router_url,
        "ASCOLTO_ALLOW_PRIVATE_TARGETS": "true",
        "ASCOLTO_FAULT": fault,
    }
    command = ["-m", "uvicorn", "services.responder.app:create", "--factory", "--port", port, "--loop", "uvloop"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()


@pytest.fixture
async def by_mail(
    settings: ResponderSettings,
    neighbours: Neighbours,
    mail_sink: MailSink,
    kafka_bootstrap_servers: str,
    topic_prefix: str,
) -> AsyncIterator[tuple[ResponderSettings, RoutedComplaint]]:
    """A complaint that came by mail and waits in the outbox, and the settings of who will find it there."""
    neighbours.connect(
        "mail", "email", {"addresses": ["care@acme.test"], "from": "care@acme.test", "relay_url": mail_sink.url}, {}
    )
    thread = {"message_id": "<a@x.test>"}
    routed = RoutedComplaint(account="mail", channel="email", to="anna@example.test", thread=thread)
    change = routed.opened()
    engine = create_async_engine(settings.async_url, poolclass=NullPool)
    announcement = Announcement(
        event_id=change.event_id,
        topic=ComplaintRouted.TOPIC,
        type=ComplaintRouted.TYPE,
        source="ascolto/router",
        key=str(change.complaint_id),
        subject=None,
        time=SystemClock().now(),
        body=msgspec.json.encode(change),
    )
    async with engine.begin() as connection:
        await announce(connection, messaging, [announcement])
    with_broker = {"kafka_bootstrap_servers": kafka_bootstrap_servers, "topic_prefix": topic_prefix}
    yield settings.model_copy(update=with_broker), routed
    await engine.dispose()


@pytest.mark.parametrize(("fault", "mails"), [("send-before", 1), ("send-after", 2)])
async def test_what_was_in_hand_goes_out_soon_and_is_one_mail(
    by_mail: tuple[ResponderSettings, RoutedComplaint], mail_sink: MailSink, fault: str, mails: int
) -> None:
    settings, routed = by_mail
    async with _process(settings, fault=fault) as (doomed, _):
        assert await asyncio.wait_for(doomed.wait(), timeout=60) == -signal.SIGKILL
    assert len(mail_sink.mails) == mails - 1
    headers = {"Authorization": f"Bearer {API_KEY}"}
    async with _process(settings) as (_, url), httpx.AsyncClient(base_url=url, headers=headers) as http:

        async def answers() -> bool:
            try:
                return (await http.get("/healthz")).status_code == 200
            except httpx.TransportError:
                return False

        async def acknowledged() -> bool:
            answer = await http.get(f"/v1/complaints/{routed.reference}?messages=none")
            return answer.status_code == 200 and answer.json()["acknowledgement"]["state"] == "sent"

        await until("the next process", answers, within_s=60)
        with Stopwatch() as watch:
            await until("acknowledged by it", acknowledged)
        assert watch.seconds < 10
        timeline = (await http.get(f"/v1/complaints/{routed.reference}/timeline")).json()["items"]
    assert [entry["kind"] for entry in timeline] == ["opened", "acknowledgement_queued", "acknowledged"]
    assert len(mail_sink.mails) == mails
    assert len({mail["Message-ID"] for mail in mail_sink.mails}) == 1


async def test_it_stops_within_seconds_and_records_what_it_has_in_hand(
    by_mail: tuple[ResponderSettings, RoutedComplaint], mail_sink: MailSink
) -> None:
    settings, _ = by_mail
    mail_sink.takes_s = 2.0
    engine = create_async_engine(settings.async_url, poolclass=NullPool)

    async def state() -> str | None:
        async with engine.connect() as connection:
            row = (await connection.execute(text("SELECT state FROM responder.outbound"))).first()
        return row.state if row else None

    async with _process(settings) as (process, _):

        async def sending() -> bool:
            return await state() == "sending"

        await until("in hand", sending, within_s=60)
        with Stopwatch() as watch:
            process.terminate()
            ended = await asyncio.wait_for(process.wait(), timeout=60)
        assert ended in (0, -signal.SIGTERM)  # uvicorn ends by the signal once it has shut down
        assert watch.seconds < 10
    assert await state() == "sent"
    assert len(mail_sink.mails) == 1
    await engine.dispose()
