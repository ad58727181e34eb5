"""Wires the router: settings in, application out. `uvicorn services.router.app:create --factory`."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from datetime import timedelta

from fastapi import FastAPI
from sqlalchemy.ext.asyncio import AsyncEngine
from starlette.types import ASGIApp

from services.router.api import (
    complaints,
    dead_letters,
    incidents,
    internal,
    links,
    moves,
    parties,
    published,
    rulebooks,
    simulations,
)
from services.router.api.parts import Parts
from services.router.consumers.progress import learn_progress
from services.router.consumers.received import FileReceived
from services.router.jobs import early, words
from services.router.settings import RouterSettings
from services.router.store.tables import messaging
from services.router.usecases.files import Files
from services.router.usecases.incidents import Incidents
from services.router.usecases.links import Linker
from services.router.usecases.merge_parties import Parties
from services.router.usecases.move import Mover
from services.router.usecases.publish_rulebook import Publisher
from services.router.usecases.rulebook_shelf import FOLLOW_EVERY_S, RulebookShelf
from services.router.usecases.shadowing import FLUSH_EVERY_S
from services.router.usecases.show import Shower
from services.router.usecases.simulate_rulebook import Simulator
from services.router.usecases.watch import Watch
from shared.blobs import Blobs
from shared.clock import SystemClock
from shared.contracts.topics import PROGRESS, RECEIVED, Topic
from shared.messaging.consumer import Consumer
from shared.messaging.dead_letter_desk import DeadLetters
from shared.messaging.health import Health
from shared.messaging.inbox import prune_inbox
from shared.messaging.metrics import watch_loop_lag
from shared.messaging.relay import Relay
from shared.messaging.settlement import BatchHandler
from shared.rulebook.load import Rulebook
from shared.settings import from_environment
from shared.telemetry.logs import configure_logs
from shared.web.access import Access
from shared.web.application import Check, new_application
from shared.web.database import answers, new_engine
from shared.web.outgoing_http import new_house_client
from shared.web.own_process import OwnProcess
from shared.web.remote_keys import RemoteKeyRing
from shared.web.tasks import every, keep_running
from shared.workers import Workers

_CLOCK = SystemClock()
_APIS = (complaints, moves, links, incidents, parties, rulebooks, simulations, published, dead_letters, internal)
# Longer than Kafka keeps the topics that are read: an event that comes again must still be known.
_INBOX_KEPT = timedelta(days=45)


def create() -> ASGIApp:
    """Return the router as its environment describes it."""
    return OwnProcess(build(from_environment(RouterSettings)))


def build(settings: RouterSettings) -> FastAPI:
    """Return the router with these settings; its parts start and stop with the application."""
    configure_logs(service="router", level=settings.log_level)
    engine = new_engine(settings.async_url, pool=settings.database_pool, application="ascolto-router")
    shelf = RulebookShelf(folder=settings.rulebook_dir, engine=engine, clock=_CLOCK, classifier=settings.classifier_dir)
    relay = Relay(
        engine=engine,
        tables=messaging,
        bootstrap_servers=settings.kafka_bootstrap_servers,
        prefix=settings.topic_prefix,
        kafka_options=settings.kafka_options,
    )
    received = _consumer(settings, engine, RECEIVED, "router", FileReceived(shelf.rules))
    progress = _consumer(settings, engine, PROGRESS, "router-progress", learn_progress)

    @asynccontextmanager
    async def lifespan(app: FastAPI) -> AsyncIterator[None]:
        async with AsyncExitStack() as stack:
            stack.push_async_callback(engine.dispose)
            workers, simulating = Workers(), Workers(size=settings.simulating_processes)
            stack.push_async_callback(workers.stop)
            stack.push_async_callback(simulating.stop)
            http = await stack.enter_async_context(new_house_client())
            keys = RemoteKeyRing(http=http, ingest_url=settings.ingest_url, service_token=settings.service_token)
            app.state.access = Access(keys=keys, service_token=settings.service_token)
            app.state.parts = made = _parts(settings, engine, shelf, workers, simulating)
            stack.push_async_callback(made.simulator.stop)
            await _start_jobs(stack, settings, engine, shelf)
            await stack.enter_async_context(keep_running(watch_loop_lag()))
            # Stopped in the opposite order: first no more records, then the relay tells what they caused.
            for work in (relay, progress, received):
                await stack.enter_async_context(keep_running(work.run(), stop=work.stop))
            yield

    return new_application(
        title="Ascolto router",
        description="Brings each message to its complaint, and each complaint to the queue that answers it.",
        root_path=settings.root_path,
        routers=[module.routes for module in _APIS],
        lifespan=lifespan,
        readiness=_readiness(
            engine, shelf, {"relay": relay.health, "received": received.health, "progress": progress.health}
        ),
    )


def _consumer(
    settings: RouterSettings, engine: AsyncEngine, topic: Topic, group: str, handler: BatchHandler
) -> Consumer:
    # A group for each topic: members of one group that read different topics make each other stop at every change.
    return Consumer(
        engine=engine,
        tables=messaging,
        topic=topic,
        group=group,
        handler=handler,
        bootstrap_servers=settings.kafka_bootstrap_servers,
        prefix=settings.topic_prefix,
        clock=_CLOCK,
        batch_size=settings.batch_size,
        kafka_options=settings.consumer_options,
    )


def _parts(
    settings: RouterSettings, engine: AsyncEngine, shelf: RulebookShelf, workers: Workers, simulating: Workers
) -> Parts:
    shower = Shower(engine=engine, rulebook=lambda: _in_force(shelf), root_path=settings.root_path)
    publisher = Publisher(
        engine=engine, clock=_CLOCK, shelf=shelf, workers=workers, second_person=settings.rulebook_second_person
    )
    simulator = Simulator(engine=engine, clock=_CLOCK, publisher=publisher, checks=workers, workers=simulating)
    return Parts(
        clock=_CLOCK,
        shower=shower,
        mover=Mover(engine=engine, clock=_CLOCK, shelf=shelf),
        linker=Linker(engine=engine, clock=_CLOCK),
        incidents=Incidents(engine=engine, clock=_CLOCK),
        parties=Parties(engine=engine, clock=_CLOCK),
        files=Files(blobs=Blobs(settings.blob_url), shower=shower),
        dead_letters=DeadLetters(engine=engine, tables=messaging, clock=_CLOCK),
        shelf=shelf,
        publisher=publisher,
        simulator=simulator,
        workers=workers,
    )


def _in_force(shelf: RulebookShelf) -> Rulebook | None:
    return None if shelf.trouble else shelf.rulebook


async def _start_jobs(
    stack: AsyncExitStack, settings: RouterSettings, engine: AsyncEngine, shelf: RulebookShelf
) -> None:
    async def settle_early() -> None:
        if shelf.trouble:
            return
        patience = timedelta(seconds=settings.patience_s)
        await early.settle_early(engine=engine, rules=shelf.rules(), now=_CLOCK.now(), patience=patience)

    async def prune() -> None:
        await prune_inbox(engine=engine, tables=messaging, now=_CLOCK.now(), older_than=_INBOX_KEPT)

    watch = Watch(engine=engine, clock=_CLOCK, rulebook=lambda: shelf.rulebook)

    async def look() -> None:
        if not shelf.trouble:
            await watch.look()

    recurring = {
        "open the rulebook": (5.0, shelf.open),
        "follow the rulebook": (FOLLOW_EVERY_S, shelf.follow),
        "follow the candidate": (FLUSH_EVERY_S, shelf.follow_candidate),
        "settle early messages": (early.EVERY_S, settle_early),
        "index words": (words.EVERY_S, lambda: words.index_words(engine, rulebook=_in_force(shelf))),
        "watch for surges": (settings.watch_every_s, look),
        "prune the inbox": (86_400.0, prune),
        "forget old traces": (86_400.0, watch.forget),
    }
    for name, (seconds, job) in recurring.items():
        await stack.enter_async_context(keep_running(every(seconds, job, name=name)))


def _readiness(
    engine: AsyncEngine, shelf: RulebookShelf, messaging_parts: dict[str, Callable[[], Health]]
) -> dict[str, Check]:
    async def rulebook() -> str | None:
        return shelf.trouble

    def telling(health: Callable[[], Health]) -> Check:
        async def tell() -> str | None:
            found = health()
            return None if found.ok else found.detail

        return tell

    told = {name: telling(health) for name, health in messaging_parts.items()}
    return {"database": lambda: answers(engine), "rulebook": rulebook} | told
