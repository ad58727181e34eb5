"""The three tables of messaging that stand in every service's schema."""

from __future__ import annotations

from dataclasses import dataclass

from sqlalchemy import (
    BigInteger,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    PrimaryKeyConstraint,
    SmallInteger,
    Table,
    Text,
    Uuid,
    text,
)

LANES = 16
"""Into how many lanes a service's outbox is cut by the hash of the key; rows carry their lane, so it never changes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class MessagingTables:
    """The tables of one service, and the PostgreSQL channel on which its relay is woken."""

    schema: str
    outbox: Table
    inbox: Table
    dead_letters: Table

    @property
    def wake_channel(self) -> str:
        """The LISTEN/NOTIFY channel of this service's outbox."""
        return f"ascolto_{self.schema}_outbox"


def messaging_tables(metadata: MetaData) -> MessagingTables:
    """Put outbox, inbox and dead letters into a service's metadata; call it once, in its store/tables.py."""
    if metadata.schema is None:
        raise ValueError("MetaData(schema=...) must name the service's schema")
    return MessagingTables(
        schema=metadata.schema,
        outbox=_outbox(metadata),
        inbox=_inbox(metadata),
        dead_letters=_dead_letters(metadata),
    )


def _outbox(metadata: MetaData) -> Table:
    return Table(
        "outbox",
        metadata,
        Column("lane", SmallInteger, nullable=False),
        Column("seq", BigInteger, Identity(always=True), nullable=False),
        Column("event_id", Uuid, nullable=False),
        Column("topic", Text, nullable=False),
        Column("key", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("source", Text, nullable=False),
        Column("subject", Text),
        Column("time", DateTime(timezone=True), nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("traceparent", Text),
        Column("dead_reason", Text),
        Column("announced_at", DateTime(timezone=True), nullable=False, server_default=text("now()")),
        PrimaryKeyConstraint("lane", "seq", name="outbox_pkey"),
        Index("outbox_event_topic", "event_id", "topic", unique=True),
    )


def _inbox(metadata: MetaData) -> Table:
    return Table(
        "inbox",
        metadata,
        Column("event_id", Uuid, nullable=False),
        Column("admitted_at", DateTime(timezone=True), nullable=False),
        PrimaryKeyConstraint("event_id", name="inbox_pkey"),
        Index("inbox_admitted_at", "admitted_at", postgresql_using="brin"),
    )


def _dead_letters(metadata: MetaData) -> Table:
    return Table(
        "dead_letters",
        metadata,
        Column("event_id", Uuid, nullable=False),
        Column("topic", Text, nullable=False),
        Column("partition", Integer),
        Column("offset", BigInteger),
        Column("key", Text, nullable=False),
        Column("type", Text, nullable=False),
        Column("source", Text, nullable=False),
        Column("subject", Text),
        Column("time", DateTime(timezone=True), nullable=False),
        Column("body", LargeBinary, nullable=False),
        Column("traceparent", Text),
        Column("reason", Text, nullable=False),
        Column("exception", Text),
        Column("failures", Integer, nullable=False, server_default=text("1")),
        Column("first_failed_at", DateTime(timezone=True), nullable=False),
        Column("last_failed_at", DateTime(timezone=True), nullable=False),
        Column("replayed_at", DateTime(timezone=True)),
        Column("discarded_at", DateTime(timezone=True)),
        Column("discard_reason", Text),
        PrimaryKeyConstraint("event_id", name="dead_letters_pkey"),
        Index(
            "dead_letters_open",
            "first_failed_at",
            "event_id",
            postgresql_where=text("replayed_at IS NULL AND discarded_at IS NULL"),
        ),
    )


def create_messaging_tables(schema: str) -> list[str]:
    """Return the statements that create version 1 of the tables.

    Frozen: migrations that have run call this, so a change is a new function and a new migration.
    """
    return [statement.format(schema=schema) for statement in _VERSION_1]


_VERSION_1 = (
    """
    CREATE TABLE "{schema}".outbox (
        lane smallint NOT NULL,
        seq bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
        event_id uuid NOT NULL,
        topic text NOT NULL,
        key text NOT NULL,
        type text NOT NULL,
        source text NOT NULL,
        subject text,
        time timestamptz NOT NULL,
        body bytea NOT NULL,
        traceparent text,
        dead_reason text,
        announced_at timestamptz NOT NULL DEFAULT now(),
        CONSTRAINT outbox_pkey PRIMARY KEY (lane, seq)
    ) WITH (autovacuum_vacuum_scale_factor = 0, autovacuum_vacuum_threshold = 5000, autovacuum_analyze_scale_factor = 0,
            autovacuum_analyze_threshold = 50000, toast.autovacuum_vacuum_scale_factor = 0,
            toast.autovacuum_vacuum_threshold = 5000)
    """,
    """CREATE UNIQUE INDEX outbox_event_topic ON "{schema}".outbox (event_id, topic)""",
    """
    CREATE TABLE "{schema}".inbox (
        event_id uuid NOT NULL,
        admitted_at timestamptz NOT NULL,
        CONSTRAINT inbox_pkey PRIMARY KEY (event_id)
    )
    """,
    """CREATE INDEX inbox_admitted_at ON "{schema}".inbox USING brin (admitted_at)""",
    """
    CREATE TABLE "{schema}".dead_letters (
        event_id uuid NOT NULL,
        topic text NOT NULL,
        partition integer,
        "offset" bigint,
        key text NOT NULL,
        type text NOT NULL,
        source text NOT NULL,
        subject text,
        time timestamptz NOT NULL,
        body bytea NOT NULL,
        traceparent text,
        reason text NOT NULL,
        exception text,
        failures integer NOT NULL DEFAULT 1,
        first_failed_at timestamptz NOT NULL,
        last_failed_at timestamptz NOT NULL,
        replayed_at timestamptz,
        discarded_at timestamptz,
        discard_reason text,
        CONSTRAINT dead_letters_pkey PRIMARY KEY (event_id)
    )
    """,
    """
    CREATE INDEX dead_letters_open ON "{schema}".dead_letters (first_failed_at, event_id)
    WHERE replayed_at IS NULL AND discarded_at IS NULL
    """,
)
