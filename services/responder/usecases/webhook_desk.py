"""The desk of outgoing webhooks: subscriptions are made, changed, rotated, paused, tested and removed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Final
from uuid import UUID, uuid4

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.responder.domain import webhook_patience
from services.responder.domain.refusal import Refused, invalid
from services.responder.domain.webhooks import Subscription
from services.responder.store import webhook_history, webhook_queue, webhook_subscriptions
from services.responder.store.webhook_history import Waiting
from services.responder.usecases import webhook_secrets
from services.responder.usecases.webhook_calls import Answered, Call, WebhookCaller
from services.responder.usecases.webhook_targets import check_target
from shared.clock import Clock
from shared.contracts.webhooks import TEST, SubscriptionTestWebhook, SubscriptionUnderTest
from shared.sealing import SealBroken, Sealer
from shared.vendor.standard_webhooks import sign

_COUNTED: Final = 10_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Shown:
    """A subscription with what waits for it and what was given up (each counted up to 10,000)."""

    subscription: Subscription
    waiting: Waiting
    failed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class WebhookDesk:
    """Each method leaves the subscription as it says, or raises `Refused`."""

    engine: AsyncEngine
    sealer: Sealer
    caller: WebhookCaller
    clock: Clock
    allow_private: bool

    async def make(
        self,
        *,
        url: str,
        title: str,
        events: Sequence[str],
        filters: Mapping[str, Sequence[str]],
        narrative: bool,
        secret: str | None,
        by: str,
    ) -> tuple[Subscription, str]:
        """Make a subscription and return it with its secret, which nobody is shown again."""
        secret = _usable(secret) if secret else webhook_secrets.new_secret()
        subscription = Subscription(
            subscription_id=uuid4(),
            url=await check_target(url, allow_private=self.allow_private),
            title=title,
            events=tuple(dict.fromkeys(events)),
            filters=_without_empty(filters),
            narrative=narrative,
            created_at=self.clock.now(),
            created_by=by,
        )
        sealed = webhook_secrets.seal(self.sealer, subscription.subscription_id, [secret])
        async with self.engine.begin() as connection:
            await webhook_subscriptions.add(connection, subscription, sealed_secrets=sealed)
        return subscription, secret

    async def page(
        self, *, state: str | None, after: tuple[datetime, UUID] | None, limit: int
    ) -> list[Shown]:  # fmt: skip
        """Return subscriptions, oldest first."""
        async with self.engine.connect() as connection:
            found = await webhook_subscriptions.page(connection, state=state, after=after, limit=limit)
            return await _with_backlog(connection, found)

    async def one(self, name: UUID) -> Shown:
        """Return one subscription."""
        async with self.engine.connect() as connection:
            found = await webhook_subscriptions.find(connection, name)
            if found is None:
                raise unknown()
            return (await _with_backlog(connection, [found]))[0]

    async def change(self, name: UUID, changed: Mapping[str, Any]) -> Shown:
        """Change what is given; another address begins with all our patience."""
        values = dict(changed)
        if "url" in values:
            await check_target(values["url"], allow_private=self.allow_private)
        if "events" in values:
            values["events"] = tuple(dict.fromkeys(values["events"]))
        if "filters" in values:
            values["filters"] = _without_empty(values["filters"])
        async with self.engine.begin() as connection:
            known = await _locked(connection, name)
            moved = values.get("url", known.url) != known.url
            now = replace(known, **values)
            if moved:
                now = replace(now, failures=0, failing_since=None, gate_until=None, asked_until=None)
                await webhook_queue.wake(connection, [name], now=self.clock.now())
            await webhook_subscriptions.save(connection, now)
        return await self.one(name)

    async def remove(self, name: UUID) -> None:
        """Forget a subscription, its secrets, and what waits for it."""
        async with self.engine.begin() as connection:
            if not await webhook_subscriptions.remove(connection, name):
                raise unknown()

    async def rotate(self, name: UUID, *, secret: str | None, overlap: timedelta) -> tuple[str, datetime | None]:
        """Sign with another secret and return it; the one before signs beside it until the overlap ends."""
        secret, now = _usable(secret) if secret else webhook_secrets.new_secret(), self.clock.now()
        async with self.engine.begin() as connection:
            known = await _locked(connection, name)
            sealed = (await webhook_subscriptions.sealed_secrets(connection, [name]))[name]
            try:
                held = webhook_secrets.open_valid(
                    self.sealer, name, sealed, previous_until=known.previous_secret_until, now=now
                )
            except SealBroken:  # another house key sealed them: this is how to get going again
                held, overlap = (), timedelta()
            if secret in held:
                raise invalid(("/secret", "is in use already: choose another one"))
            until = now + overlap if overlap and held else None
            both = [secret, *held[:1]] if until else [secret]
            sealed = webhook_secrets.seal(self.sealer, name, both)
            await webhook_subscriptions.save_secrets(connection, name, sealed=sealed, previous_until=until)
        return secret, until

    async def pause(self, name: UUID, *, reason: str | None) -> Shown:
        """Tell nothing until it is resumed; what happens meanwhile waits."""
        async with self.engine.begin() as connection:
            known, now = await _locked(connection, name), self.clock.now()
            paused = webhook_patience.paused(known, reason="manual", detail=reason, now=now)
            await webhook_subscriptions.save(connection, paused)
        return await self.one(name)

    async def resume(self, name: UUID) -> Shown:
        """Go on where it stopped, at once and with all our patience, also where it is not paused but failing."""
        async with self.engine.begin() as connection:
            known, now = await _locked(connection, name), self.clock.now()
            await webhook_subscriptions.save(connection, webhook_patience.resumed(known, now=now))
            await webhook_queue.wake(connection, [name], now=now)
        return await self.one(name)

    async def test(self, name: UUID) -> tuple[UUID, Answered]:
        """Make one call as any other and return what came of it; it is neither kept nor tried again."""
        async with self.engine.connect() as connection:
            known = await webhook_subscriptions.find(connection, name)
            secrets = await webhook_subscriptions.sealed_secrets(connection, [name])
        if known is None or name not in secrets:
            raise unknown()
        event = uuid4()
        tested = SubscriptionUnderTest(event_id=event, subscription_id=name, title=known.title)
        body = SubscriptionTestWebhook(type=TEST, timestamp=self.clock.now(), data=tested)
        call = Call(
            notification_id=event,
            subscription_id=name,
            url=known.url,
            body=msgspec.json.encode(body),
            sealed_secrets=secrets[name],
            previous_secret_until=known.previous_secret_until,
            quote=True,
        )
        return event, await self.caller.call(call)


async def _locked(connection: AsyncConnection, name: UUID) -> Subscription:
    known = await webhook_subscriptions.find(connection, name, lock=True)
    if known is None:
        raise unknown()
    return known


async def _with_backlog(connection: AsyncConnection, found: Sequence[Subscription]) -> list[Shown]:
    waiting = await webhook_history.waiting(connection, [s.subscription_id for s in found], most=_COUNTED)
    return [
        Shown(
            subscription=s,
            waiting=waiting[s.subscription_id],
            failed=await webhook_history.failed(connection, s.subscription_id, most=_COUNTED),
        )
        for s in found
    ]


def unknown() -> Refused:
    """Return the refusal of what is done to a subscription that is not there."""
    return Refused("no subscription has this id", status=404)


def _without_empty(filters: Mapping[str, Sequence[str]]) -> dict[str, tuple[str, ...]]:
    return {name: tuple(dict.fromkeys(codes)) for name, codes in filters.items() if codes}


def _usable(secret: str) -> str:
    try:
        sign(secret, webhook_id="msg_1", timestamp="1", body=b"")
    except ValueError:
        raise invalid(("/secret", "must be whsec_ and the base64 of 16 bytes or more")) from None
    return secret
