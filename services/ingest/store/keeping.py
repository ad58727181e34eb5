"""Keeps what is no message: the quarantine, receipts and files still to fetch."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from services.ingest.domain.parcel import Parcel, Quarantined

_QUARANTINE = """
INSERT INTO ingest.quarantine
    (delivery_id, account, received_at, state, cause, detail, items, size_bytes, head, body, blob_key, body_sha256)
VALUES ($1, $2, $3, 'quarantined', $4, $5, $6, $7, $8, $9, $10, $11)
ON CONFLICT (account, body_sha256) WHERE state = 'quarantined' DO NOTHING
"""
_RECEIPTS = """
INSERT INTO ingest.receipts (account, provider_message_id, state, at, detail)
SELECT $1, * FROM unnest($2::text[], $3::text[], $4::timestamptz[], $5::text[])
"""
_MEDIA = """
INSERT INTO ingest.media (attachment_id, account, media, state, attempts, next_at)
SELECT a, $2, m, 'waiting', 0, $4 FROM unnest($1::uuid[], $3::text[]) AS t (a, m)
ON CONFLICT (attachment_id) DO NOTHING
"""


async def quarantine(connection: AsyncConnection, parcel: Parcel, why: Quarantined) -> bool:
    """Keep a delivery for a person; False when the very same bytes wait there already."""
    if parcel.raw is None:
        raise ValueError("a quarantined parcel carries its raw delivery")
    raw = parcel.raw
    row = (
        raw.delivery_id, parcel.account, parcel.received_at, why.cause, why.detail, why.items,
        raw.size_bytes, raw.head, raw.body, raw.blob_key, why.body_sha256,
    )  # fmt: skip
    return (await connection.exec_driver_sql(_QUARANTINE, row)).rowcount == 1


async def keep_receipts(connection: AsyncConnection, parcel: Parcel, *, now: datetime) -> None:
    """Keep the vendor's receipts until the responder was told."""
    receipts = parcel.receipts
    columns = (
        parcel.account,
        [r.provider_message_id for r in receipts],
        [r.state for r in receipts],
        [r.at or now for r in receipts],
        [r.detail for r in receipts],
    )
    await connection.exec_driver_sql(_RECEIPTS, columns)


async def keep_media(connection: AsyncConnection, parcel: Parcel, *, now: datetime) -> None:
    """Keep the names of files that are still at the vendor's."""
    columns = ([m.attachment_id for m in parcel.media], parcel.account, [m.media for m in parcel.media], now)
    await connection.exec_driver_sql(_MEDIA, columns)
