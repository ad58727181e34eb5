"""Puts the responder's parts together; app.py starts and stops them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.api.parts import Parts
from services.responder.consumers.routed import RoutedHandler
from services.responder.jobs.courier import Courier
from services.responder.jobs.housekeeping import Housekeeping
from services.responder.jobs.ledger_rounds import LedgerRounds
from services.responder.jobs.notifier import Notifier
from services.responder.jobs.rebaser import Rebaser
from services.responder.jobs.sender import Sender
from services.responder.jobs.timers import Timers
from services.responder.settings import ResponderSettings
from services.responder.store.tables import messaging
from services.responder.usecases.accounts import Accounts
from services.responder.usecases.acknowledge import Acknowledging
from services.responder.usecases.complaint_view import Reader
from services.responder.usecases.desk import Desk
from services.responder.usecases.figures import Figures
from services.responder.usecases.follow_rulebook import RulebookFollower
from services.responder.usecases.key_labels import KeyLabels
from services.responder.usecases.live_health import LiveHealth
from services.responder.usecases.promises import Promises
from services.responder.usecases.said import Conversations
from services.responder.usecases.webhook_calls import WebhookCaller
from services.responder.usecases.webhook_desk import WebhookDesk
from services.responder.usecases.webhook_records import WebhookRecords
from services.responder.usecases.work_list import WorkList
from shared.channel.account import Account, NoSettings
from shared.channel.outbound import MailRelay, Means
from shared.channel.port import Channel
from shared.channel_registry import registry
from shared.clock import Clock
from shared.messaging.dead_letter_desk import DeadLetters
from shared.reply_token import Tokens
from shared.rulebook.load import Rulebook
from shared.sealing import Sealer


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every part stands on: already open, closed by whoever opened it."""

    settings: ResponderSettings
    clock: Clock
    engine: AsyncEngine
    figures_engine: AsyncEngine
    rulebook: Rulebook
    house_http: httpx.AsyncClient
    vendor_http: httpx.AsyncClient
    webhook_http: Sequence[httpx.AsyncClient]


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """The parts: what the routes use, and what runs beside them."""

    parts: Parts
    routed: RoutedHandler
    sender: Sender
    notifier: Notifier
    timers: Timers
    housekeeping: Housekeeping
    ledger_rounds: LedgerRounds
    follower: RulebookFollower
    rebaser: Rebaser


def assemble(ground: Ground) -> Assembled:
    """Return the responder's parts, none of them running yet."""
    clock, engine, channels = ground.clock, ground.engine, registry()
    promises = Promises(ground.rulebook)
    acknowledging = Acknowledging(
        promises=promises, channels=channels, organisation=ground.settings.organisation
    )  # fmt: skip
    follower = RulebookFollower(
        http=ground.house_http,
        router_url=ground.settings.router_url.rstrip("/"),
        service_token=ground.settings.service_token,
        promises=promises,
    )
    caller = WebhookCaller(clients=ground.webhook_http, sealer=Sealer(ground.settings.key), clock=clock)
    return Assembled(
        parts=_parts(ground, promises, channels, caller),
        routed=RoutedHandler(promises=promises, acknowledging=acknowledging, follower=follower),
        sender=Sender(
            engine=engine,
            courier=_courier(ground, channels),
            promises=promises,
            clock=clock,
            slots=ground.settings.send_slots,
        ),
        notifier=Notifier(engine=engine, caller=caller, clock=clock, slots=ground.settings.webhook_slots),
        timers=Timers(engine=engine, promises=promises, clock=clock),
        housekeeping=Housekeeping(engine=engine, clock=clock),
        ledger_rounds=LedgerRounds(engine=engine, clock=clock, hour=ground.settings.ledger_hour),
        follower=follower,
        rebaser=Rebaser(engine=engine, promises=promises, clock=clock),
    )


def _parts(ground: Ground, promises: Promises, channels: dict[str, Channel], caller: WebhookCaller) -> Parts:
    settings, engine, clock = ground.settings, ground.engine, ground.clock
    conversations = Conversations(
        http=ground.house_http,
        router_url=settings.router_url.rstrip("/"),
        service_token=settings.service_token,
    )
    return Parts(
        clock=clock,
        reader=Reader(engine=engine, promises=promises, conversations=conversations),
        work_list=WorkList(engine=engine),
        desk=Desk(engine=engine, promises=promises, channels=channels, clock=clock),
        health=LiveHealth(engine=engine, promises=promises, clock=clock, most_readers=settings.stream_readers),
        figures=Figures(engine=ground.figures_engine, promises=promises, within_s=settings.figures_seconds),
        dead_letters=DeadLetters(engine=engine, tables=messaging, clock=clock),
        key_labels=KeyLabels(
            http=ground.house_http, ingest_url=settings.ingest_url.rstrip("/"), service_token=settings.service_token
        ),
        webhooks=WebhookDesk(
            engine=engine,
            sealer=Sealer(settings.key),
            caller=caller,
            clock=clock,
            allow_private=settings.allow_private_targets,
        ),
        webhook_records=WebhookRecords(engine=engine, clock=clock),
    )


def _courier(ground: Ground, channels: dict[str, Channel]) -> Courier:
    settings = ground.settings
    rest = Account(account="rest", channel="rest", title=settings.organisation, settings=NoSettings())
    accounts = Accounts(
        http=ground.house_http,
        ingest_url=settings.ingest_url.rstrip("/"),
        service_token=settings.service_token,
        sealer=Sealer(settings.key),
        channels=channels,
        own=[rest],
    )
    relay = settings.mail_relay_url
    mail = MailRelay(url=relay, sender=settings.mail_from, allow_private=True) if relay else None
    return Courier(
        accounts=accounts,
        channels=channels,
        means=Means(http=ground.vendor_http, mail=mail, allow_private_targets=settings.allow_private_targets),
        tokens=Tokens(settings.key),
        clock=ground.clock,
    )
