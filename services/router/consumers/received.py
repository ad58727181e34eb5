"""Files what customers said: `complaints.received.v1`."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.usecases.arrivals import Arrival, arrival_of
from services.router.usecases.file_messages import Rules, file_messages
from services.router.usecases.turns import in_turns
from shared.contracts.received import MessageReceived
from shared.faults import Unprocessable
from shared.messaging.records import Record

_decode = msgspec.json.Decoder(MessageReceived).decode
_AT_ONCE = 100


class FileReceived:
    """Settles a batch of received messages; `rules` are asked anew each time, so a new rulebook holds at once."""

    def __init__(self, rules: Callable[[], Rules]) -> None:
        self._rules = rules

    async def __call__(self, connection: AsyncConnection, records: Sequence[Record], *, now: datetime) -> None:
        """File every record; one that is no message of the contract fails and is settled alone."""
        arrivals = []
        async for record in in_turns(records, at_once=_AT_ONCE):
            arrivals.append(_arrival(record))
        await file_messages(connection, arrivals, rules=self._rules(), now=now)


def _arrival(record: Record) -> Arrival:
    try:
        message = _decode(record.body)
    except msgspec.MsgspecError as error:
        raise Unprocessable("the body is not a message as the contract has it") from error
    if b"\\u0000" in record.body and "\0" in f"{message.subject}{message.text}":
        # The column of JSON would take it, and the search index would then fail for ever.
        raise Unprocessable("the text holds NUL, which cannot be searched")
    return arrival_of(message, record.body.decode(), traceparent=record.traceparent)
