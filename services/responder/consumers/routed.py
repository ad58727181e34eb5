"""`complaints.routed.v1`: each batch is taken over in one transaction."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.usecases.acknowledge import Acknowledging
from services.responder.usecases.follow_rulebook import RulebookFollower
from services.responder.usecases.promises import Promises
from services.responder.usecases.take_over import take_over
from shared.contracts.routed import ComplaintRouted
from shared.faults import Unprocessable
from shared.messaging.records import Record

_decoder = msgspec.json.Decoder(ComplaintRouted)


class RoutedHandler:
    """Settles records of the router."""

    def __init__(self, *, promises: Promises, acknowledging: Acknowledging, follower: RulebookFollower) -> None:
        self._promises = promises
        self._follower = follower
        self._acknowledging = acknowledging

    async def __call__(self, connection: AsyncConnection, records: Sequence[Record], *, now: datetime) -> None:
        """Record what the batch means; `Unprocessable` when a record is not what the contract says."""
        changes = [_decoded(record) for record in records]
        await self._follower.meet({change.decision.rulebook for change in changes})
        await take_over(
            connection,
            changes,
            traces={record.event_id: record.traceparent for record in records},
            promises=self._promises,
            acknowledging=self._acknowledging,
            now=now,
        )


def _decoded(record: Record) -> ComplaintRouted:
    try:
        return _decoder.decode(record.body)
    except msgspec.ValidationError as error:
        raise Unprocessable(f"not as {ComplaintRouted.TYPE} is documented: {error}") from None
    except msgspec.DecodeError:
        raise Unprocessable("the body is not JSON") from None
