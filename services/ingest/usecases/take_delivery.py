"""Takes a delivery: proven, read, committed, answered; in doubt it is kept raw, never dropped."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import timedelta
from typing import Any

from services.ingest.domain.parcel import Outcome, Parcel
from services.ingest.usecases.group_commit import GroupCommit
from services.ingest.usecases.packing import Packing
from services.ingest.usecases.refusals import Refusals
from shared.channel.account import Account
from shared.channel.delivery import Answer, Delivery
from shared.channel.errors import DeliveryForged, DeliveryIgnored, DeliveryInvalid, DeliveryMalformed
from shared.channel.inbound import Parsed
from shared.channel.outbound import Means
from shared.channel.port import Channel, Receives
from shared.faults import TryLater
from shared.workers import WorkCrashed, Workers, WorkTimedOut

logger = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class Taken:
    """A delivery that is committed: what the vendor is answered, and what became of its messages."""

    answer: Answer
    parcel: Parcel
    outcome: Outcome


class TakeDelivery:
    """The way of every delivery, whatever its channel."""

    def __init__(
        self,
        *,
        channels: Mapping[str, Channel],
        packing: Packing,
        commits: GroupCommit,
        refusals: Refusals,
        workers: Workers,
        parse_timeout: timedelta,
        means: Means,
    ) -> None:
        self._channels = channels
        self._packing = packing
        self._commits = commits
        self._refusals = refusals
        self._workers = workers
        self._parse_timeout = parse_timeout
        self._means = means

    def receives(self, account: Account) -> Receives | None:
        """Return the way in of the account's channel, if it has one."""
        return self._channels[account.channel].receives

    async def take(self, delivery: Delivery, account: Account) -> Taken:
        """Prove, read and commit; `DeliveryForged` and `DeliveryInvalid` were counted as refused."""
        receives = self._receives(account)
        if receives.access == "signed":
            try:
                receives.authenticate(await self._witnessed(delivery, account), account)
            except TryLater:
                raise
            except DeliveryForged:
                self._refusals.count(account.account)
                raise
            except Exception as error:
                # Hostile input makes verifiers raise all kinds of things; none of them is a proof.
                self._refusals.count(account.account)
                raise DeliveryForged("the delivery could not be verified") from error
        return await self.take_proven(delivery, account)

    async def take_proven(
        self,
        delivery: Delivery,
        account: Account,
        *,
        scope: str | None = None,
        cursor: Mapping[str, Any] | None = None,
        somebody_waits: bool = True,
    ) -> Taken:
        """Read and commit a delivery whose origin is certain; what meets a defect of ours is committed raw.

        `DeliveryInvalid` is for a sender who is told and mends it; where nobody waits for our answer, because we
        fetched the delivery or a mail server handed it on, it is committed raw, too.
        """
        try:
            parcel, answer = await self._packed(delivery, account, scope=scope, cursor=cursor)
            outcome = await self._commits.file(parcel)
        except (TryLater, OSError):
            raise
        except Exception as error:
            if isinstance(error, DeliveryInvalid) and somebody_waits:
                self._refusals.count(account.account)
                raise
            cause, detail = _why_unread(error, account)
            parcel = await self._packing.pack_unread(delivery, cause=cause, detail=detail, cursor=cursor)
            answer, outcome = Answer(), await self._commits.file(parcel)
        return Taken(answer=answer, parcel=parcel, outcome=outcome)

    async def _packed(
        self, delivery: Delivery, account: Account, *, scope: str | None, cursor: Mapping[str, Any] | None
    ) -> tuple[Parcel, Answer]:
        delivery = await self.complete(delivery, account)
        try:
            parsed = await self.read(delivery, account)
        except DeliveryIgnored:
            parsed = Parsed(ignored=1)
        packed = await self._packing.pack(parsed, delivery=delivery, account=account, scope=scope, cursor=cursor)
        return packed, parsed.answer

    async def _witnessed(self, delivery: Delivery, account: Account) -> Delivery:
        """Return the delivery with what its proof needs beside it; only `authenticate` sees that."""
        asks = self._channels[account.channel].asks
        if asks is None:
            return delivery
        return replace(delivery, envelope=await asks.witness(delivery, account, self._means))

    async def complete(self, delivery: Delivery, account: Account) -> Delivery:
        """Return a proven delivery with what it only names, where its vendor sends no more than names."""
        asks = self._channels[account.channel].asks
        return delivery if asks is None else await asks.complete(delivery, account, self._means)

    async def read(self, delivery: Delivery, account: Account) -> Parsed:
        """Return what the channel reads, in a worker that can be killed where reading may be slow."""
        receives = self._receives(account)
        if receives.heavy:
            return await self._workers.run(receives.parse, delivery, account, timeout=self._parse_timeout)
        return receives.parse(delivery, account)

    def _receives(self, account: Account) -> Receives:
        receives = self._channels[account.channel].receives
        if receives is None:
            raise DeliveryInvalid((("", f"the channel {account.channel} takes nothing in"),))
        return receives


def _why_unread(error: Exception, account: Account) -> tuple[str, str]:
    match error:
        case DeliveryMalformed():
            return error.cause, str(error)
        case DeliveryInvalid():
            return "invalid", str(error)
        case WorkTimedOut():
            return "too-slow", "reading it took longer than allowed"
        case WorkCrashed():
            return "crashed", "the process that read it died"
        case _:
            # Our defect, not the customer's: the delivery waits in quarantine for the mended version.
            extra = {"channel": account.channel, "account": account.account}
            logger.error("a delivery met a defect", exc_info=error, extra=extra)
            return "defect", f"{type(error).__name__} while reading or filing it: a defect of ours"
