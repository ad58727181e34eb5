"""Learns from `complaints.progress.v1` how each complaint stands, and by which ids answers will quote us."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.domain.progress import Standpoint, fold
from services.router.store.progress import advance, remember_sent
from shared.contracts.progress import ComplaintProgress
from shared.faults import Unprocessable
from shared.messaging.records import Record

_decode = msgspec.json.Decoder(ComplaintProgress).decode


async def learn_progress(connection: AsyncConnection, records: Sequence[Record], *, now: datetime) -> None:  # noqa: ARG001
    """Hold where each complaint of the batch stands by its latest entry; an older one changes nothing."""
    entries = [_entry(record) for record in records]
    standpoints: dict[object, Standpoint] = {}
    for entry in sorted(entries, key=lambda e: e.sequence):
        standpoints[entry.complaint_id] = fold(standpoints.get(entry.complaint_id), entry)
    await advance(connection, list(standpoints.values()))
    await remember_sent(connection, [e for e in entries if e.provider_message_id])


def _entry(record: Record) -> ComplaintProgress:
    try:
        return _decode(record.body)
    except msgspec.MsgspecError as error:
        raise Unprocessable("the body is not progress as the contract has it") from error
