"""Takes a complaint over REST: an Idempotency-Key names it, so a retry gets the first answer."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.domain.filing import with_request
from services.ingest.domain.parcel import Outcome, Parcel
from services.ingest.store import references
from services.ingest.usecases.group_commit import GroupCommit
from services.ingest.usecases.packing import Packing
from services.ingest.usecases.refusals import Refusals
from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryInvalid, DeliveryMalformed
from shared.channel.inbound import Parsed
from shared.channel.port import Channel
from shared.reply_token import Tokens


class KeyReused(Exception):
    """The Idempotency-Key was used before with another body."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    """A complaint that is committed, as its sender is told; `replayed` when it had been before."""

    complaint_id: UUID
    reference: str
    status_token: str
    received_at: datetime
    replayed: bool


class TakeComplaint:
    """The way of a complaint that a client writes itself."""

    def __init__(
        self, *, engine: AsyncEngine, channel: Channel, account: Account, packing: Packing, commits: GroupCommit,
        refusals: Refusals, tokens: Tokens,
    ) -> None:  # fmt: skip
        if channel.receives is None:
            raise ValueError("the channel of the API takes complaints in")
        self._engine = engine
        self._receives = channel.receives
        self._account = account
        self._packing = packing
        self._commits = commits
        self._refusals = refusals
        self._tokens = tokens

    async def take(self, body: bytes, *, client: str, key: str, now: datetime) -> Accepted:
        """Commit the complaint; `DeliveryInvalid` names what to mend, `KeyReused` a key with two bodies."""
        delivery = Delivery(
            account=self._account.account,
            received_at=now,
            body=body,
            headers={"content-type": "application/json"},
            envelope={"idempotency_key": key, "client": client},
        )
        try:
            parsed = self._receives.parse(delivery, self._account)
        except (DeliveryInvalid, DeliveryMalformed):
            self._refusals.count(self._account.account)
            raise
        parcel = await self._packed(parsed, delivery, client=client)
        complaint_id = await self._complaint_of(parcel)
        outcome = await self._commits.file(parcel)
        return self._answer(parcel, outcome, complaint_id=complaint_id)

    async def _complaint_of(self, parcel: Parcel) -> UUID:
        """Return the complaint that this opens or goes on with; `DeliveryInvalid` when that is not in the books."""
        event = parcel.filings[0].event
        if event.joins.token_reference is None:
            return event.complaint_id
        async with self._engine.connect() as connection:
            found = await references.complaint_of(connection, event.joins.token_reference)
        if found is None:
            self._refusals.count(self._account.account)
            raise DeliveryInvalid((("/in_reply_to/reference", "is not known here"),))
        return found

    async def _packed(self, parsed: Parsed, delivery: Delivery, *, client: str) -> Parcel:
        # Names are unique within a client: two clients may use the same key for two complaints.
        scope = f"{self._account.account}:{client}"
        parcel = await self._packing.pack(parsed, delivery=delivery, account=self._account, scope=scope, keep_raw=False)
        filing = with_request(parcel.filings[0], sha256=hashlib.sha256(delivery.body).digest())
        if parsed.messages[0].token and not filing.event.joins.token_reference:
            self._refusals.count(self._account.account)
            raise DeliveryInvalid((("/in_reply_to/token", "is not the status token of this reference"),))
        return msgspec.structs.replace(parcel, filings=(filing,))

    def _answer(self, parcel: Parcel, outcome: Outcome, *, complaint_id: UUID) -> Accepted:
        filing = parcel.filings[0]
        event = filing.event
        known = outcome.known.get(event.message_id)
        if known and known.request_sha256 != filing.request_sha256:
            raise KeyReused
        joined = event.joins.token_reference
        reference = joined or (known.reference if known else outcome.filed[event.message_id])
        return Accepted(
            complaint_id=complaint_id,
            reference=reference,
            status_token=self._tokens.status(reference),
            received_at=known.received_at if known else event.received_at,
            replayed=known is not None,
        )
