"""Puts ingest's parts together; app.py starts and stops them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.api.parts import Parts
from services.ingest.settings import IngestSettings
from services.ingest.store.tables import messaging
from services.ingest.usecases.account_directory import AccountDirectory
from services.ingest.usecases.accounts import Accounts
from services.ingest.usecases.api_keys import ApiKeys
from services.ingest.usecases.books import Books
from services.ingest.usecases.fetch_media import FetchMedia
from services.ingest.usecases.group_commit import GroupCommit
from services.ingest.usecases.packing import Packing
from services.ingest.usecases.pass_on_receipts import PassOnReceipts
from services.ingest.usecases.refusals import Refusals
from services.ingest.usecases.replay import Replay
from services.ingest.usecases.take_complaint import TakeComplaint
from services.ingest.usecases.take_delivery import TakeDelivery
from services.ingest.usecases.take_mail import TakeMail
from services.ingest.usecases.tell_status import TellStatus
from shared.blobs import Blobs
from shared.channel.account import Account, NoSettings
from shared.channel.outbound import MailRelay, Means
from shared.channel.port import Channel
from shared.channel_registry import registry
from shared.clock import Clock
from shared.messaging.dead_letter_desk import DeadLetters
from shared.reply_token import Tokens
from shared.sealing import Sealer
from shared.web.rates import Rates
from shared.workers import Workers

REST = Account(account="rest", channel="rest", title="REST API", settings=NoSettings())


@dataclass(frozen=True, slots=True, kw_only=True)
class Ground:
    """What every part stands on: already open, closed by whoever opened it."""

    settings: IngestSettings
    clock: Clock
    engine: AsyncEngine
    workers: Workers
    house_http: httpx.AsyncClient
    vendor_http: httpx.AsyncClient


@dataclass(frozen=True, slots=True, kw_only=True)
class Assembled:
    """The parts: what the routes use, and what runs beside them."""

    parts: Parts
    commits: GroupCommit
    refusals: Refusals
    mail: TakeMail
    media: FetchMedia
    receipts: PassOnReceipts


def assemble(ground: Ground) -> Assembled:
    """Return ingest's parts, none of them running yet."""
    settings, clock, engine = ground.settings, ground.clock, ground.engine
    channels, tokens, sealer, blobs = registry(), Tokens(settings.key), Sealer(settings.key), Blobs(settings.blob_url)
    commits, refusals = GroupCommit(engine=engine, clock=clock), Refusals(engine=engine, clock=clock)
    directory = AccountDirectory(engine=engine, sealer=sealer, channels=channels)
    packing = Packing(blobs=blobs, tokens=tokens)
    take = TakeDelivery(
        channels=channels,
        packing=packing,
        commits=commits,
        refusals=refusals,
        workers=ground.workers,
        parse_timeout=timedelta(seconds=settings.parse_timeout_s),
        means=_means(ground),
    )
    parts = Parts(
        settings=settings,
        clock=clock,
        channels=channels,
        directory=directory,
        accounts=_accounts(ground, directory, sealer, channels),
        keys=ApiKeys(engine=engine, clock=clock),
        deliveries=take,
        complaints=TakeComplaint(
            engine=engine,
            channel=channels["rest"],
            account=REST,
            packing=packing,
            commits=commits,
            refusals=refusals,
            tokens=tokens,
        ),
        replay=Replay(engine=engine, clock=clock, blobs=blobs, accounts=directory, take=take, packing=packing),
        books=Books(engine=engine, refusals=refusals),
        dead_letters=DeadLetters(engine=engine, tables=messaging, clock=clock),
        status=_status(ground, tokens),
        form_rates=Rates(per_minute=settings.form_posts_per_minute),
        means=_means(ground),
    )
    return Assembled(
        parts=parts,
        commits=commits,
        refusals=refusals,
        mail=TakeMail(directory=directory, take=take),
        media=FetchMedia(
            engine=engine,
            clock=clock,
            blobs=blobs,
            directory=directory,
            channels=channels,
            means=parts.means,
        ),
        receipts=PassOnReceipts(
            engine=engine,
            http=ground.house_http,
            responder_url=settings.responder_url,
            service_token=settings.service_token,
        ),
    )


def _accounts(ground: Ground, directory: AccountDirectory, sealer: Sealer, channels: dict[str, Channel]) -> Accounts:
    return Accounts(
        engine=ground.engine,
        clock=ground.clock,
        sealer=sealer,
        channels=channels,
        directory=directory,
        allow_private_targets=ground.settings.allow_private_targets,
    )


def _means(ground: Ground) -> Means:
    settings = ground.settings
    relay = settings.mail_relay_url
    mail = MailRelay(url=relay, sender=settings.mail_from, allow_private=True) if relay else None
    return Means(http=ground.vendor_http, mail=mail, allow_private_targets=settings.allow_private_targets)


def _status(ground: Ground, tokens: Tokens) -> TellStatus:
    return TellStatus(
        engine=ground.engine,
        tokens=tokens,
        http=ground.house_http,
        responder_url=ground.settings.responder_url,
        router_url=ground.settings.router_url,
        service_token=ground.settings.service_token,
    )
