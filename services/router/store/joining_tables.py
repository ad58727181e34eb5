"""Tables of what belongs together: traces of complaints, surges and their incidents; the others stand in tables.py."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Double,
    Identity,
    Index,
    Integer,
    PrimaryKeyConstraint,
    Table,
    Text,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from services.router.store.tables import metadata

_Instant = DateTime(timezone=True)

# What no watch has looked at yet: one row for each batch that opened complaints.
unwatched = Table(
    "unwatched",
    metadata,
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("complaint_ids", ARRAY(Uuid), nullable=False),
    PrimaryKeyConstraint("number", name="unwatched_pkey"),
)

# One router watches for surges, since what they are seen by is counted in its memory; the row says which.
watch = Table(
    "watch",
    metadata,
    Column("name", Text, nullable=False),
    Column("holder", Uuid, nullable=False),
    Column("seen_at", _Instant, nullable=False),
    PrimaryKeyConstraint("name", name="watch_pkey"),
)

incidents = Table(
    "incidents",
    metadata,
    Column("incident_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("signs", JSONB, nullable=False),
    Column("began_at", _Instant, nullable=False),
    Column("noticed_at", _Instant, nullable=False),
    Column("ended_at", _Instant),
    Column("customers", Integer, nullable=False),
    Column("usual", Double, nullable=False),
    Column("unlikeliness", Double, nullable=False),
    Column("settled_at", _Instant),
    Column("settled_by", Text),
    PrimaryKeyConstraint("incident_id", name="incidents_pkey"),
    Index("incidents_newest", "noticed_at", "incident_id"),
    Index("incidents_going", "incident_id", postgresql_where=text("ended_at IS NULL")),
)

incident_complaints = Table(
    "incident_complaints",
    metadata,
    Column("incident_id", Uuid, nullable=False),
    Column("complaint_id", Uuid, nullable=False),
    PrimaryKeyConstraint("incident_id", "complaint_id", name="incident_complaints_pkey"),
    Index("incident_complaints_complaint", "complaint_id"),
)

# By which a complaint that is told again by another channel is found; kept as long as that may happen.
traces = Table(
    "traces",
    metadata,
    Column("trace", BigInteger, nullable=False),
    Column("complaint_id", Uuid, nullable=False),
    Column("received_at", _Instant, nullable=False),
    PrimaryKeyConstraint("trace", "complaint_id", name="traces_pkey"),
    Index("traces_newest", "trace", "received_at"),
    Index("traces_received", "received_at"),
)

# That two parties are one person; what each of them is stays as it was, so that ending a merge loses nothing.
party_merges = Table(
    "party_merges",
    metadata,
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("into_id", Uuid, nullable=False),
    Column("vouched", Boolean, nullable=False),
    Column("reason", Text, nullable=False),
    Column("merged_at", _Instant, nullable=False),
    Column("merged_by", Text, nullable=False),
    Column("unmerged_at", _Instant),
    Column("unmerged_by", Text),
    PrimaryKeyConstraint("number", name="party_merges_pkey"),
    Index("party_merges_going", "party_id", unique=True, postgresql_where=text("unmerged_at IS NULL")),
    Index("party_merges_into", "into_id", postgresql_where=text("unmerged_at IS NULL")),
)
