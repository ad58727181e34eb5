"""Files messages in one statement: their names, their announcements, the deliveries they came by, and their number.

One statement, because each is a journey to the database and back, and the process that takes complaints in is busy
between its journeys: with one for each table a group took three times as long to commit.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import date
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.domain.parcel import Filing, Parcel
from services.ingest.store.tables import messaging
from shared.contracts.received import MessageReceived
from shared.messaging.outbox import insertion, lane_of, waking
from shared.web.database import Driver

_ANNOUNCED = f"""(
    SELECT given.*, message_id AS event_id, '{MessageReceived.TOPIC}' AS topic, '{MessageReceived.TYPE}' AS type,
           'ascolto/ingest' AS source, reference AS subject, received_at AS time, NULL AS dead_reason
    FROM given JOIN fresh USING (message_id)
) AS announced"""  # noqa: S608 - constants of the contract

# Messages are written in the order of their ids: two processes that file the same ones wait for each other, not in a
# circle. Whatever else is written depends on which of them are new.
_FILE = f"""
WITH given AS MATERIALIZED (
    SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::bytea[], $6::smallint[], $7::text[],
                         $8::bytea[], $9::text[], $10::uuid[]) WITH ORDINALITY
        AS g (message_id, reference, account, received_at, request_sha256, lane, key, body, traceparent, delivery_id)
), fresh AS (
    INSERT INTO ingest.messages (message_id, reference, account, received_at, request_sha256)
    SELECT message_id, reference, account, received_at, request_sha256 FROM given ORDER BY message_id
    ON CONFLICT (message_id) DO NOTHING
    RETURNING message_id
), announced AS ({insertion("ingest", source=_ANNOUNCED)}), kept AS (
    INSERT INTO ingest.deliveries (delivery_id, received_at, account, size_bytes, head, body, blob_key)
    SELECT * FROM unnest($11::uuid[], $12::timestamptz[], $13::text[], $14::integer[], $15::jsonb[], $16::bytea[],
                         $17::text[]) AS d (delivery_id)
    WHERE delivery_id IN (SELECT delivery_id FROM given JOIN fresh USING (message_id))
), filed AS (
    SELECT account, count(*) AS n FROM given JOIN fresh USING (message_id) GROUP BY account
), counted AS (
    INSERT INTO ingest.balance_deltas (on_day, account, kind, n)
    SELECT $18::date, account, kind, counts.n FROM unnest($19::text[], $20::bigint[]) AS came (account, n)
    LEFT JOIN filed USING (account)
    CROSS JOIN LATERAL (VALUES ('filed', coalesce(filed.n, 0)), ('duplicate', came.n - coalesce(filed.n, 0)))
        AS counts (kind, n)
    WHERE counts.n > 0
), woken AS (SELECT {waking(messaging)} FROM fresh LIMIT 1)
SELECT message_id, (SELECT count(*) FROM woken) FROM fresh
"""  # noqa: S608 - constants of the service


async def file_messages(connection: AsyncConnection, parcels: Sequence[Parcel], *, on_day: date) -> set[UUID]:
    """File what the parcels hold and return the ids of the messages that are new.

    A message that several of them hold is filed by the first; a delivery is kept if it filed something; what was not
    new is counted as duplicate.
    """
    columns = _columns(parcels, on_day=on_day)
    return set((await connection.exec_driver_sql(_FILE, columns)).scalars()) if columns else set()


async def file_and_commit(connection: Driver, parcels: Sequence[Parcel], *, on_day: date) -> set[UUID]:
    """Do the same as a transaction of its own: one statement outside of any is committed when it is answered."""
    columns = _columns(parcels, on_day=on_day)
    return {row[0] for row in await connection.fetch(_FILE, *columns)} if columns else set()


def _columns(parcels: Sequence[Parcel], *, on_day: date) -> tuple[object, ...]:
    firsts: dict[UUID, tuple[Filing, Parcel]] = {}
    for parcel in parcels:
        for filing in parcel.filings:
            firsts.setdefault(filing.event.message_id, (filing, parcel))
    return (*_given(firsts), *_deliveries(parcels), on_day, *_came(parcels)) if firsts else ()


def _given(firsts: dict[UUID, tuple[Filing, Parcel]]) -> tuple[Sequence[object], ...]:
    events = [filing.event for filing, _ in firsts.values()]
    return (
        list(firsts),
        [e.reference for e in events],
        [e.account for e in events],
        [e.received_at for e in events],
        [filing.request_sha256 for filing, _ in firsts.values()],
        [lane_of(filing.key) for filing, _ in firsts.values()],
        [filing.key for filing, _ in firsts.values()],
        [filing.body for filing, _ in firsts.values()],
        [parcel.traceparent for _, parcel in firsts.values()],
        [parcel.raw and parcel.raw.delivery_id for _, parcel in firsts.values()],
    )


def _deliveries(parcels: Sequence[Parcel]) -> tuple[Sequence[object], ...]:
    raws = [(p, p.raw) for p in parcels if p.raw and p.filings]
    return (
        [raw.delivery_id for _, raw in raws],
        [parcel.received_at for parcel, _ in raws],
        [parcel.account for parcel, _ in raws],
        [raw.size_bytes for _, raw in raws],
        [raw.head for _, raw in raws],
        [raw.body for _, raw in raws],
        [raw.blob_key for _, raw in raws],
    )


def _came(parcels: Sequence[Parcel]) -> tuple[Sequence[object], ...]:
    came = Counter[str]()
    for parcel in parcels:
        came[parcel.account] += len(parcel.filings)
    return list(came), list(came.values())
