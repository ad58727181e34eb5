"""Wires the responder: settings in, application out. `uvicorn services.responder.app:create --factory`."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager

from fastapi import FastAPI
from starlette.types import ASGIApp

from services.responder.api import (
    actions,
    clocks,
    complaints,
    dead_letters,
    figures,
    internal,
    queue_health,
    replies,
    steps,
    webhook_notifications,
    webhooks,
)
from services.responder.api.answers import answer_refusals
from services.responder.assembly import Assembled, Ground, assemble
from services.responder.console import routes as console
from services.responder.jobs.readiness import firing, sending, telling
from services.responder.settings import ResponderSettings
from services.responder.store.tables import messaging
from services.responder.usecases.figures import AT_ONCE
from services.responder.usecases.follow_rulebook import EVERY_S
from services.responder.usecases.webhook_calls import POOLS as WEBHOOK_POOLS
from shared.clock import SystemClock
from shared.contracts.topics import ROUTED
from shared.messaging.consumer import Consumer
from shared.messaging.metrics import watch_loop_lag
from shared.messaging.relay import Relay
from shared.rulebook.load import load
from shared.settings import from_environment
from shared.telemetry.logs import configure_logs
from shared.web.access import Access
from shared.web.application import Check, new_application
from shared.web.database import answers, new_engine
from shared.web.outgoing_http import new_house_client, new_vendor_client, new_vendor_clients
from shared.web.own_process import OwnProcess
from shared.web.remote_keys import RemoteKeyRing
from shared.web.sessions import Sessions
from shared.web.tasks import every, keep_running

_CLOCK = SystemClock()
_GRACE_S = 5.0
"""How much later than the database itself its client gives a statement up."""
_APIS = (
    complaints,
    clocks,
    actions,
    replies,
    steps,
    queue_health,
    figures,
    webhooks,
    webhook_notifications,
    dead_letters,
    internal,
    console,
)


def create() -> ASGIApp:
    """Return the responder as its environment describes it."""
    return OwnProcess(build(from_environment(ResponderSettings)))


def build(settings: ResponderSettings) -> FastAPI:
    """Return the responder with these settings; its parts start and stop with the application."""
    configure_logs(service="responder", level=settings.log_level)
    running = Running(settings)
    app = new_application(
        title="Ascolto responder",
        description="Keeps the promises of time: clocks, acknowledgements, replies, outcomes, queue health, figures.",
        root_path=settings.root_path,
        routers=[module.routes for module in _APIS],
        lifespan=running.lifespan,
        readiness=running.readiness(),
    )
    answer_refusals(app)
    return app


class Running:
    """A responder from its start to its end."""

    def __init__(self, settings: ResponderSettings) -> None:
        self._settings = settings
        self._rulebook = load(settings.rulebook_dir)
        self._engine = new_engine(settings.async_url, pool=settings.database_pool, application="ascolto-responder")
        # Apart from the engine of the work: figures take longer than other statements may, and none of its connections.
        self._figures_engine = new_engine(
            settings.async_url,
            pool=AT_ONCE,
            overflow=0,
            application="ascolto-responder-figures",
            statement_s=settings.figures_seconds + _GRACE_S,
        )
        self._relay = Relay(
            engine=self._engine,
            tables=messaging,
            bootstrap_servers=settings.kafka_bootstrap_servers,
            prefix=settings.topic_prefix,
            kafka_options=settings.kafka_options,
        )
        self._assembled: Assembled | None = None
        self._consumer: Consumer | None = None

    @asynccontextmanager
    async def lifespan(self, app: FastAPI) -> AsyncIterator[None]:
        """Hold everything open that a request needs, and run the jobs."""
        settings = self._settings
        async with AsyncExitStack() as stack:
            stack.push_async_callback(self._engine.dispose)
            stack.push_async_callback(self._figures_engine.dispose)
            house_http = await stack.enter_async_context(new_house_client())
            vendor_http = await stack.enter_async_context(
                new_vendor_client(allow_private_targets=settings.allow_private_targets)
            )
            webhook_http = [
                await stack.enter_async_context(client)
                for client in new_vendor_clients(
                    WEBHOOK_POOLS,
                    allow_private_targets=settings.allow_private_targets,
                    connections=2 * settings.webhook_slots + 4,  # those that hang keep no slot, but a connection
                )
            ]
            self._assembled = assembled = assemble(
                Ground(
                    settings=settings,
                    clock=_CLOCK,
                    engine=self._engine,
                    figures_engine=self._figures_engine,
                    rulebook=self._rulebook,
                    house_http=house_http,
                    vendor_http=vendor_http,
                    webhook_http=webhook_http,
                )
            )
            keys = RemoteKeyRing(
                http=house_http, ingest_url=settings.ingest_url.rstrip("/"), service_token=settings.service_token
            )
            app.state.assembled = assembled
            app.state.parts = assembled.parts
            app.state.promises = assembled.parts.desk.promises
            app.state.access = Access(keys=keys, service_token=settings.service_token, sessions=Sessions(settings.key))
            await self._start(stack, assembled)
            yield

    async def _start(self, stack: AsyncExitStack, assembled: Assembled) -> None:
        settings = self._settings
        self._consumer = consumer = Consumer(
            engine=self._engine,
            tables=messaging,
            topic=ROUTED,
            group="responder",
            handler=assembled.routed,
            bootstrap_servers=settings.kafka_bootstrap_servers,
            prefix=settings.topic_prefix,
            kafka_options=settings.consumer_options,
            clock=_CLOCK,
        )
        await stack.enter_async_context(keep_running(watch_loop_lag()))
        following = every(EVERY_S, assembled.follower.follow, name="follow the rulebook")
        await stack.enter_async_context(keep_running(following))
        # In this order, so that at the end nothing new is taken in before what is in hand has left.
        await stack.enter_async_context(keep_running(self._relay.run(), stop=self._relay.stop))
        jobs = (assembled.housekeeping, assembled.ledger_rounds, assembled.rebaser, assembled.notifier)
        for job in (*jobs, assembled.timers, assembled.sender, consumer):
            await stack.enter_async_context(keep_running(job.run(), stop=job.stop))
        stack.push_async_callback(assembled.parts.health.stop)

    def readiness(self) -> dict[str, Check]:
        """Return the checks by the part they look at."""

        async def relayed() -> str | None:
            health = self._relay.health()
            return None if health.ok else health.detail

        async def consumed() -> str | None:
            health = self._consumer.health() if self._consumer else None
            return None if health and health.ok else (health.detail if health else "has not started")

        async def sent() -> str | None:
            return await sending(self._engine, self._assembled.sender, clock=_CLOCK) if self._assembled else "starts"

        async def fired() -> str | None:
            return await firing(self._engine, self._assembled.timers, clock=_CLOCK) if self._assembled else "starts"

        async def told() -> str | None:
            return await telling(self._assembled.notifier) if self._assembled else "starts"

        return {
            "database": lambda: answers(self._engine),
            "relay": relayed,
            "consumer": consumed,
            "sender": sent,
            "timers": fired,
            "webhooks": told,
        }
