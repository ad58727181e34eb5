"""Chain the ledger: each entry holds a hash of the one before it and of itself; rounds that recompute it are kept.

Revision ID: 0002
Revises: 0001

Entries that are there already get their links here, from what they say now: the chain vouches for them from this
migration on, and cannot vouch for what was done to them before it. How many they were, and when, stands in the comment
of the column, where `ascolto ledger verify` finds it.
"""

from __future__ import annotations

import hashlib
from typing import Any
from uuid import UUID

import msgspec
import sqlalchemy as sa
from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

_ROWS = 20_000
_NOBODY = UUID(int=0)

_CHAINED = (
    "ALTER TABLE responder.timeline ALTER COLUMN link SET NOT NULL",
    "ALTER TABLE responder.timeline ADD CONSTRAINT timeline_link_is_sha256 CHECK (octet_length(link) = 32)",
    # Also where a session says that it is a replica: an ordinary trigger keeps silent then.
    "ALTER TABLE responder.timeline ENABLE ALWAYS TRIGGER timeline_is_a_ledger",
    """
    UPDATE responder.work AS w SET head = t.link FROM responder.timeline AS t
    WHERE t.complaint_id = w.complaint_id
        AND t.seq = (SELECT max(seq) FROM responder.timeline AS last WHERE last.complaint_id = w.complaint_id)
    """,
    # Work without a ledger is a fault that `ledger verify` names; no migration fails of it.
    "UPDATE responder.work SET head = '' WHERE head IS NULL",
    "ALTER TABLE responder.work ALTER COLUMN head SET NOT NULL",
    """
    CREATE TABLE responder.ledger_rounds (
        night date PRIMARY KEY,
        started_at timestamptz NOT NULL,
        reached uuid,
        complaints bigint NOT NULL,
        entries bigint NOT NULL,
        differences bigint NOT NULL,
        ended_at timestamptz
    )
    """,
)


def upgrade() -> None:
    """Add the links, those of earlier entries computed."""
    op.execute("ALTER TABLE responder.timeline ADD COLUMN link bytea")
    op.execute("ALTER TABLE responder.work ADD COLUMN head bytea")
    op.execute("ALTER TABLE responder.timeline DISABLE TRIGGER timeline_is_a_ledger")
    chained = _chain(op.get_bind())
    for statement in _CHAINED:
        op.execute(statement)
    if chained:
        op.execute(
            f"""
            DO $$ BEGIN EXECUTE format('COMMENT ON COLUMN responder.timeline.link IS %L',
                'the links of the first {chained} entries were computed on ' || now()::date
                || ', when the chain began'); END $$
            """
        )


def downgrade() -> None:
    """Take the links away; the trigger stays as it is."""
    op.execute("DROP TABLE responder.ledger_rounds")
    op.execute("ALTER TABLE responder.work DROP COLUMN head")
    op.execute("ALTER TABLE responder.timeline DROP COLUMN link")


def _chain(connection: sa.Connection) -> int:
    """Compute the links of what is there and return how many; a complaint's entries may lie across two readings."""
    place: tuple[UUID, int] = (_NOBODY, 0)
    previous: bytes | None = None
    chained = 0
    while rows := _read(connection, place):
        links = []
        for complaint, seq, at, kind, by, data in rows:
            previous = _link(previous if complaint == place[0] else None, complaint, seq, at, kind, by, data)
            links.append(previous)
            place = (complaint, seq)
        _write(connection, rows, links)
        chained += len(rows)
    return chained


def _read(connection: sa.Connection, place: tuple[UUID, int]) -> list[Any]:
    return list(
        connection.exec_driver_sql(
            """
            SELECT complaint_id, seq, at, kind, "by", data::text FROM responder.timeline
            WHERE (complaint_id, seq) > ($1, $2) ORDER BY complaint_id, seq LIMIT $3
            """,
            (*place, _ROWS),
        ).all()
    )


def _write(connection: sa.Connection, rows: list[Any], links: list[bytes]) -> None:
    connection.exec_driver_sql(
        """
        UPDATE responder.timeline AS t SET link = given.link
        FROM unnest($1::uuid[], $2::integer[], $3::bytea[]) AS given (complaint_id, seq, link)
        WHERE t.complaint_id = given.complaint_id AND t.seq = given.seq
        """,
        ([row[0] for row in rows], [row[1] for row in rows], links),
    )


_canonical = msgspec.json.Encoder(order="sorted").encode


def _link(previous: bytes | None, complaint: UUID, seq: int, at: Any, kind: str, by: str, data: str) -> bytes:
    """As `domain/chain.py` had it when this was written: what a migration did must not change with the code."""
    before = previous.hex() if previous is not None else None
    content = (before, complaint, seq, at, kind, by, msgspec.json.decode(data))
    return hashlib.sha256(_canonical(content)).digest()
