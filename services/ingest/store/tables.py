"""The tables of the schema `ingest`."""

from __future__ import annotations

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    DateTime,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)  # fmt: skip
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, UUID

from shared.messaging.tables import messaging_tables

metadata = MetaData(schema="ingest")
messaging = messaging_tables(metadata)


def _instant(name: str, **options: object) -> Column[object]:
    return Column(name, DateTime(timezone=True), **options)  # type: ignore[arg-type]


accounts = Table(
    "accounts",
    metadata,
    Column("account", Text, primary_key=True),
    Column("channel", Text, nullable=False),
    Column("title", Text, nullable=False),
    Column("settings", JSONB, nullable=False),
    Column("sealed_secrets", LargeBinary, nullable=False),
    Column("secret_names", ARRAY(Text), nullable=False),
    Column("enabled", Boolean, nullable=False),
    _instant("created_at", nullable=False),
    _instant("changed_at", nullable=False),
)

api_keys = Table(
    "api_keys",
    metadata,
    Column("key_id", Text, primary_key=True),
    Column("secret_sha256", LargeBinary, nullable=False),
    Column("label", Text, nullable=False),
    Column("scopes", ARRAY(Text), nullable=False),
    _instant("created_at", nullable=False),
    _instant("revoked_at"),
)

# Every message filed, for ever: the primary key is what makes a second delivery of it a duplicate.
messages = Table(
    "messages",
    metadata,
    Column("message_id", UUID(as_uuid=True), primary_key=True),
    Column("reference", Text, nullable=False),
    Column("account", Text, nullable=False),
    _instant("received_at", nullable=False),
    Column("request_sha256", LargeBinary),
    UniqueConstraint("reference", name="messages_reference_key"),
)

# Raw deliveries whose messages were filed; partitioned by day, so that forgetting them is dropping a table.
deliveries = Table(
    "deliveries",
    metadata,
    Column("delivery_id", UUID(as_uuid=True), primary_key=True),
    _instant("received_at", primary_key=True),
    Column("account", Text, nullable=False),
    Column("size_bytes", Integer, nullable=False),
    Column("head", JSONB, nullable=False),
    Column("body", LargeBinary),
    Column("blob_key", Text),
    postgresql_partition_by="RANGE (received_at)",
)

# Authentic deliveries that could not be read: nothing here expires by itself.
quarantine = Table(
    "quarantine",
    metadata,
    Column("delivery_id", UUID(as_uuid=True), primary_key=True),
    Column("account", Text, nullable=False),
    _instant("received_at", nullable=False),
    Column("state", Text, nullable=False),
    Column("cause", Text, nullable=False),
    Column("detail", Text, nullable=False),
    Column("items", Integer, nullable=False),
    Column("attempts", Integer, nullable=False, server_default=text("0")),
    Column("size_bytes", Integer, nullable=False),
    Column("head", JSONB, nullable=False),
    Column("body", LargeBinary),
    Column("blob_key", Text),
    Column("body_sha256", LargeBinary, nullable=False),
    Column("ended_by", Text),
    Column("reason", Text),
    _instant("ended_at"),
    Index("quarantine_list", "state", "account", "received_at", "delivery_id"),
    Index(
        "quarantine_once",
        "account",
        "body_sha256",
        unique=True,
        postgresql_where=text("state = 'quarantined'"),
    ),
)

balance_deltas = Table(
    "balance_deltas",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("on_day", Date, nullable=False),
    Column("account", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("n", BigInteger, nullable=False),
)

balance = Table(
    "balance",
    metadata,
    Column("account", Text, primary_key=True),
    Column("on_day", Date, primary_key=True),
    Column("kind", Text, primary_key=True),
    Column("n", BigInteger, nullable=False),
)

cursors = Table(
    "cursors",
    metadata,
    Column("account", Text, primary_key=True),
    Column("cursor", JSONB, nullable=False),
    _instant("moved_at", nullable=False),
)

# What a vendor says became of what we sent, until the responder has been told.
receipts = Table(
    "receipts",
    metadata,
    Column("id", BigInteger, Identity(always=True), primary_key=True),
    Column("account", Text, nullable=False),
    Column("provider_message_id", Text, nullable=False),
    Column("state", Text, nullable=False),
    _instant("at", nullable=False),
    Column("detail", Text),
)

# Files that a vendor only named, until they are fetched or known to be gone.
media = Table(
    "media",
    metadata,
    Column("attachment_id", UUID(as_uuid=True), primary_key=True),
    Column("account", Text, nullable=False),
    Column("media", Text, nullable=False),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    _instant("next_at", nullable=False),
    Column("detail", Text),
    Index("media_due", "next_at", postgresql_where=text("state = 'waiting'")),
)
