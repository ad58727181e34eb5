"""Wires ingest: settings in, application out. `uvicorn services.ingest.app:create --factory`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool
from starlette.types import ASGIApp

from services.ingest.api import (
    accounts,
    complaints,
    dead_letters,
    deliveries,
    forms,
    internal,
    keys,
    quarantine,
    status,
)
from services.ingest.assembly import Assembled, Ground, assemble
from services.ingest.jobs.pollers import Pollers
from services.ingest.jobs.smtp_door import open_smtp_door
from services.ingest.settings import IngestSettings
from services.ingest.store import balance
from services.ingest.store.partitions import keep_partitions
from services.ingest.store.tables import messaging
from shared.channel_registry import registry
from shared.clock import SystemClock
from shared.messaging.metrics import watch_loop_lag
from shared.messaging.relay import Relay
from shared.settings import from_environment
from shared.telemetry.logs import configure_logs
from shared.web.access import Access
from shared.web.application import Check, new_application
from shared.web.database import answers, new_engine
from shared.web.hot_lane import HotLane
from shared.web.outgoing_http import new_house_client, new_vendor_client
from shared.web.own_process import OwnProcess
from shared.web.tasks import attempt, every, keep_running
from shared.workers import Workers

_CLOCK = SystemClock()
_APIS = (accounts, complaints, dead_letters, deliveries, forms, internal, keys, quarantine, status)


def create() -> ASGIApp:
    """Return ingest as its environment describes it."""
    settings = from_environment(IngestSettings)
    return OwnProcess(with_hot_lane(build(settings), root_path=settings.root_path))


def _heavy() -> list[str]:
    """Return the channels that are read in workers, which import them before they take work."""
    return [f"shared.channels.{name}" for name, c in sorted(registry().items()) if c.receives and c.receives.heavy]


def with_hot_lane(app: FastAPI, *, root_path: str) -> ASGIApp:
    """Return the application with its shorter way for deliveries; under a prefix the framework alone finds routes."""
    if root_path.strip("/"):
        return app
    return HotLane(app, method="POST", path=deliveries.PATH, endpoint=deliveries.take_delivery)


def build(settings: IngestSettings) -> FastAPI:
    """Return ingest with these settings; its parts start and stop with the application."""
    configure_logs(service="ingest", level=settings.log_level)
    engine = new_engine(settings.async_url, pool=settings.database_pool, application="ascolto-ingest")
    relay = Relay(
        engine=engine,
        tables=messaging,
        bootstrap_servers=settings.kafka_bootstrap_servers,
        prefix=settings.topic_prefix,
        kafka_options=settings.kafka_options,
    )

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(engine.dispose)
            workers = Workers(preload=_heavy())
            stack.push_async_callback(workers.stop)
            ground = Ground(
                settings=settings,
                clock=_CLOCK,
                engine=engine,
                workers=workers,
                house_http=await stack.enter_async_context(new_house_client()),
                vendor_http=await stack.enter_async_context(
                    new_vendor_client(allow_private_targets=settings.allow_private_targets)
                ),
            )
            assembled = assemble(ground)
            await stack.enter_async_context(keep_running(watch_loop_lag()))
            await stack.enter_async_context(keep_running(relay.run(), stop=relay.stop))
            await stack.enter_async_context(keep_running(assembled.commits.run()))
            await _start_jobs(stack, ground, assembled)
            app.state.parts = assembled.parts
            app.state.access = Access(keys=assembled.parts.keys, service_token=settings.service_token)
            yield

    return new_application(
        title="Ascolto ingest",
        description="Takes complaints in from every door. A 2xx means that what was sent is committed.",
        root_path=settings.root_path,
        routers=[module.routes for module in _APIS],
        lifespan=lifespan,
        readiness=_readiness(engine, relay),
    )


def _readiness(engine: AsyncEngine, relay: Relay) -> dict[str, Check]:
    async def relayed() -> str | None:
        health = relay.health()
        return None if health.ok else health.detail

    return {"database": lambda: answers(engine), "kafka": relayed}


async def _start_jobs(stack: AsyncExitStack, ground: Ground, assembled: Assembled) -> None:
    settings, engine = ground.settings, ground.engine

    async def partitions() -> None:
        async with engine.begin() as connection:
            retention = timedelta(days=settings.delivery_retention_days)
            await keep_partitions(connection, today=_CLOCK.now().date(), retention=retention)

    async def fold() -> None:
        async with engine.begin() as connection:
            await balance.fold(connection)

    recurring = {
        "write refusals": (1.0, assembled.refusals.write),
        "fold the balance": (settings.balance_fold_s, fold),
        "keep partitions": (3600.0, partitions),
        "fetch media": (1.0, assembled.media.fetch_due),
        "pass on receipts": (1.0, assembled.receipts.pass_on),
    }
    # Once more at the end: what was refused in the last second counts, too.
    stack.push_async_callback(attempt, assembled.refusals.write, name="write refusals")
    for name, (seconds, job) in recurring.items():
        await stack.enter_async_context(keep_running(every(seconds, job, name=name)))
    # A poller's lock lives on a connection of its own, for as long as it polls: not one of the pool's.
    locks = create_async_engine(settings.async_url, poolclass=NullPool)
    parts = assembled.parts
    pollers = Pollers(
        locks=locks,
        engine=engine,
        clock=_CLOCK,
        directory=parts.directory,
        channels=parts.channels,
        take=parts.deliveries,
        means=parts.means,
    )
    await stack.enter_async_context(keep_running(pollers.run()))
    await open_smtp_door(stack, settings=settings, clock=_CLOCK, mail=assembled.mail)
