"""The notifier: tells other systems what happened; who hangs or fails holds up nobody else."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from prometheus_client import Counter, Histogram
from sqlalchemy.ext.asyncio import AsyncEngine

from services.responder.domain.webhook_pace import Pace
from services.responder.jobs.webhook_gauges import WebhookGauges
from services.responder.store import webhook_queue
from services.responder.store.webhook_queue import Claimed
from services.responder.usecases.webhook_calls import Call, WebhookCaller
from services.responder.usecases.webhook_fan_out import fan_out
from services.responder.usecases.webhook_settling import Outcome, settle
from shared.clock import Clock
from shared.fault_point import fault_point
from shared.web.database import is_out_of_reach

logger = logging.getLogger(__name__)

_ATTEMPTS = Counter("webhook_attempts_total", "Attempts at telling other systems.", ["outcome"])
_WAITED = Histogram(
    "webhook_first_attempt_seconds",
    "From what happened until the first attempt at telling it ended.",
    buckets=(0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 300),
)
_PAUSED = Counter("webhook_subscriptions_paused_total", "Subscriptions paused because nothing got through.", ["reason"])

LEASE: Final = timedelta(seconds=8)
"""Short, so that what a killed process had in hand goes out soon; renewed while an endpoint is waited for."""

_RENEW_EVERY_S: Final = 2.0
_BETWEEN_ROUNDS_S: Final = 0.02
"""In a stream of events a round takes many along; each looks at every subscription."""

_POLL_S: Final = 0.1
_MOST_POLL_S: Final = 0.3
_GROUP: Final = 100
_AFTER_FAULT_S: Final = 0.5
_TRIES: Final = 3
STOP_S: Final = 4.0


class Notifier:
    """Tells until it is stopped; any number of processes may run one."""

    def __init__(self, *, engine: AsyncEngine, caller: WebhookCaller, clock: Clock, slots: int) -> None:
        self._engine = engine
        self._caller = caller
        self._clock = clock
        self._slots = slots
        self._pace = Pace()
        self._gauges = WebhookGauges(engine=engine, clock=clock)
        self._in_hand: dict[asyncio.Task[None], Claimed] = {}
        self._outcomes: asyncio.Queue[Outcome] = asyncio.Queue()
        self._unrecorded = 0
        self._stopping = asyncio.Event()
        self.trouble: str | None = None

    async def run(self) -> None:
        """Fan out, claim, call and record until `stop`; a database that is away only makes it wait."""
        beside = [asyncio.create_task(job) for job in (self._record_for_ever(), self._keep_leases(), self._measure())]
        try:
            idle_s = _POLL_S
            while not self._stopping.is_set():
                if await self._round():
                    idle_s = _POLL_S
                    await self._pause(_BETWEEN_ROUNDS_S)
                else:
                    await self._pause(idle_s)
                    idle_s = min(_MOST_POLL_S, idle_s * 1.5)
            await self._drained()
        finally:
            for task in (*beside, *self._in_hand):
                task.cancel()
            await asyncio.gather(*beside, *self._in_hand, return_exceptions=True)

    async def stop(self) -> None:
        """Take nothing new; `run` returns once what is in hand is recorded, or after some seconds."""
        self._stopping.set()

    async def _round(self) -> bool:
        try:
            more = await fan_out(self._engine, now=self._clock.now())
            claimed = await self._claim()
        except Exception as error:  # noqa: BLE001 - the job outlives its database
            await self._troubled(error)
            return False
        self.trouble = None
        for one in claimed:
            self._begin(one)
        return more or bool(claimed)

    async def _claim(self) -> list[Claimed]:
        free = self._pace.slots_left(self._slots, at=_steady()) - self._unrecorded
        if free <= 0:
            return []
        now = self._clock.now()
        async with self._engine.begin() as connection:
            return await webhook_queue.claim(
                connection, now=now, until=now + LEASE, limit=free, free=self._pace.free(at=_steady())
            )

    def _begin(self, claimed: Claimed) -> None:
        notification = claimed.notification
        self._pace.taken(notification.subscription_id, notification.notification_id, at=_steady())
        task = asyncio.create_task(self._tell(claimed))
        self._in_hand[task] = claimed
        task.add_done_callback(lambda done: self._in_hand.pop(done, None))

    async def _tell(self, claimed: Claimed) -> None:
        notification = claimed.notification
        fault_point("webhook-before")
        answered = await self._caller.call(
            Call(
                notification_id=notification.notification_id,
                subscription_id=notification.subscription_id,
                url=claimed.url,
                body=claimed.body,
                sealed_secrets=claimed.sealed_secrets,
                previous_secret_until=claimed.previous_secret_until,
                quote=not claimed.narrative,
            )
        )
        fault_point("webhook-after")
        well = answered.attempted.outcome == "delivered"
        self._pace.answered(notification.subscription_id, notification.notification_id, well=well)
        _ATTEMPTS.labels(answered.attempted.outcome).inc()
        if notification.attempts == 1:
            _WAITED.observe(max(0.0, (self._clock.now() - claimed.created_at).total_seconds()))
        self._unrecorded += 1
        self._outcomes.put_nowait(
            Outcome(
                notification=notification,
                attempted=answered.attempted,
                started_at=answered.started_at,
                duration_ms=answered.duration_ms,
                answer=answered.answer,
            )
        )

    async def _record_for_ever(self) -> None:
        while True:
            group = [await self._outcomes.get()]
            while len(group) < _GROUP and not self._outcomes.empty():
                group.append(self._outcomes.get_nowait())
            await self._record(group)
            self._unrecorded -= len(group)
            for _ in group:
                self._outcomes.task_done()

    async def _record(self, group: Sequence[Outcome]) -> None:
        """Record a group; one outcome that cannot be recorded must not keep the others from it."""
        tries = 0
        while tries < _TRIES:
            try:
                paused = await settle(self._engine, group, now=self._clock.now())
            except Exception as error:  # noqa: BLE001 - an outcome that is not recorded would be told again
                tries += 0 if is_out_of_reach(error) else 1
                await self._troubled(error)
            else:
                for subscription in paused:
                    _PAUSED.labels(subscription.paused_reason).inc()
                    logger.warning(
                        "a subscription was paused: nothing gets through",
                        extra={"subscription_id": str(subscription.subscription_id), "cause": subscription.last_cause},
                    )
                return
        if len(group) > 1:
            for one in group:
                await self._record([one])
        else:
            # Its lease ends, and it is tried again under the same id.
            name = str(group[0].notification.notification_id)
            logger.error("an outcome of telling had no place", extra={"notification_id": name})

    async def _keep_leases(self) -> None:
        while True:
            await asyncio.sleep(_RENEW_EVERY_S)
            taken = [claimed.notification for claimed in self._in_hand.values()]
            if not taken:
                continue
            try:
                async with self._engine.begin() as connection:
                    await webhook_queue.extend_leases(connection, taken, until=self._clock.now() + LEASE)
            except Exception as error:  # noqa: BLE001 - tried again in two seconds
                logger.warning("leases were not renewed", extra={"error": type(error).__name__})

    async def _measure(self) -> None:
        while True:
            self._pace.forget(await self._gauges.measure())
            await asyncio.sleep(self._gauges.every_s)

    async def _drained(self) -> None:
        try:
            async with asyncio.timeout(STOP_S):
                if self._in_hand:
                    await asyncio.wait(self._in_hand)
                await self._outcomes.join()
        except TimeoutError:
            logger.warning("stopped with calls in hand; their leases end soon", extra={"count": len(self._in_hand)})

    async def _troubled(self, error: Exception) -> None:
        self.trouble = type(error).__name__
        logger.warning("the notifier waits for its database", extra={"error": self.trouble})
        await self._pause(_AFTER_FAULT_S)

    async def _pause(self, seconds: float) -> None:
        try:
            async with asyncio.timeout(seconds):
                await self._stopping.wait()
        except TimeoutError:
            pass


def _steady() -> float:
    return asyncio.get_running_loop().time()
