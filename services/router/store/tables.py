"""The router's tables; `migrations/` creates them, a test holds the two together."""

from __future__ import annotations

from sqlalchemy import (
    ARRAY,
    JSON,
    BigInteger,
    Boolean,
    Column,
    DateTime,
    Identity,
    Index,
    Integer,
    MetaData,
    PrimaryKeyConstraint,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB, TSVECTOR

from shared.messaging.tables import messaging_tables

metadata = MetaData(schema="router")
messaging = messaging_tables(metadata)

_Instant = DateTime(timezone=True)

parties = Table(
    "parties",
    metadata,
    Column("party_id", Uuid, primary_key=True),
    Column("name", Text),
    Column("internal", Boolean, nullable=False),
    Column("first_seen_at", _Instant, nullable=False),
)

# A party claims contact points; two parties may claim the same one, and neither takes it from the other.
contact_points = Table(
    "contact_points",
    metadata,
    Column("contact_point_id", Uuid, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("scope", Text, nullable=False),
    Column("value", Text, nullable=False),
    Column("verified", Boolean, nullable=False),
    Column("first_seen_at", _Instant, nullable=False),
    PrimaryKeyConstraint("party_id", "contact_point_id", name="contact_points_pkey"),
    Index("contact_points_point", "contact_point_id"),
)

# The decision in force stands here in columns to be searched by, whole and with its reason in `decisions`.
complaints = Table(
    "complaints",
    metadata,
    Column("complaint_id", Uuid, nullable=False),
    Column("reference", Text, nullable=False),
    Column("account", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("party_id", Uuid, nullable=False),
    Column("received_at", _Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("ended_at", _Instant),
    Column("progress", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("decision", Integer, nullable=False),
    Column("queue", Text, nullable=False),
    Column("playbook", Text, nullable=False),
    Column("priority", Text, nullable=False),
    Column("policy", Text, nullable=False),
    Column("category", Text, nullable=False),
    Column("subcategory", Text),
    Column("severity", Text, nullable=False),
    Column("language", Text, nullable=False),
    Column("segment", Text, nullable=False),
    Column("internal", Boolean, nullable=False),
    Column("automatic", Text),
    Column("outcome_sought", Text),
    Column("transfers", Integer, nullable=False),
    Column("bounced", Boolean, nullable=False),
    # Contact points whose word counts here: of who opened it, of who held its token, of its conversation.
    Column("participants", ARRAY(Uuid), nullable=False),
    PrimaryKeyConstraint("complaint_id", name="complaints_pkey"),
    UniqueConstraint("reference", name="complaints_reference"),
    Index("complaints_newest", "received_at", "complaint_id"),
    Index("complaints_queue", "queue", "received_at", "complaint_id"),
    Index("complaints_party", "party_id", "received_at"),
)

# `content` is what ingest announced, word for word; columns beside it are only what is searched by.
messages = Table(
    "messages",
    metadata,
    Column("message_id", Uuid, nullable=False),
    Column("complaint_id", Uuid, nullable=False),
    Column("account", Text, nullable=False),
    Column("thread_id", Text),
    Column("received_at", _Instant, nullable=False),
    Column("joined_by", Text, nullable=False),
    Column("content", JSON, nullable=False),
    PrimaryKeyConstraint("message_id", name="messages_pkey"),
    Index("messages_complaint", "complaint_id"),
    Index("messages_thread", "thread_id", postgresql_where=text("thread_id IS NOT NULL")),
)

# Indexing the words of a batch costs five times its insert, so a job does it behind the intake: each batch leaves one
# row that names its messages, and the job turns that row into words.
message_words = Table(
    "message_words",
    metadata,
    Column("message_id", Uuid, nullable=False),
    Column("complaint_id", Uuid, nullable=False),
    Column("words", TSVECTOR, nullable=False),
    PrimaryKeyConstraint("message_id", name="message_words_pkey"),
    Index("message_words_words", "words", postgresql_using="gin"),
)

unsearched = Table(
    "unsearched",
    metadata,
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("message_ids", ARRAY(Uuid), nullable=False),
    PrimaryKeyConstraint("number", name="unsearched_pkey"),
)

# The first words of a message are never overwritten: each edit or removal stands beside them.
message_changes = Table(
    "message_changes",
    metadata,
    Column("change_id", Uuid, nullable=False),
    Column("message_id", Uuid, nullable=False),
    Column("kind", Text, nullable=False),
    Column("at", _Instant, nullable=False),
    Column("content", JSON, nullable=False),
    PrimaryKeyConstraint("change_id", name="message_changes_pkey"),
    Index("message_changes_message", "message_id"),
)

conversations = Table(
    "conversations",
    metadata,
    Column("account", Text, nullable=False),
    Column("conversation", Text, nullable=False),
    Column("complaint_id", Uuid, nullable=False),
    PrimaryKeyConstraint("account", "conversation", name="conversations_pkey"),
)

# What we sent, by the id that an answer quotes.
sent_messages = Table(
    "sent_messages",
    metadata,
    Column("thread_id", Text, nullable=False),
    Column("complaint_id", Uuid, nullable=False),
    Column("at", _Instant, nullable=False),
    PrimaryKeyConstraint("thread_id", "complaint_id", name="sent_messages_pkey"),
)

# Records that came before what they belong to: order across conversations must not matter.
early_messages = Table(
    "early_messages",
    metadata,
    Column("message_id", Uuid, nullable=False),
    Column("waits_for", Text, nullable=False),
    Column("arrived_at", _Instant, nullable=False),
    Column("content", JSON, nullable=False),
    PrimaryKeyConstraint("message_id", name="early_messages_pkey"),
    Index("early_messages_waits_for", "waits_for"),
)

decisions = Table(
    "decisions",
    metadata,
    Column("complaint_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("made_at", _Instant, nullable=False),
    Column("cause", Text, nullable=False),
    Column("rulebook", Text, nullable=False),
    Column("body", JSON, nullable=False),
    PrimaryKeyConstraint("complaint_id", "number", name="decisions_pkey"),
)

transfers = Table(
    "transfers",
    metadata,
    Column("complaint_id", Uuid, nullable=False),
    Column("number", Integer, nullable=False),
    Column("at", _Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("from_queue", Text, nullable=False),
    Column("to_queue", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("back_and_forth", Boolean, nullable=False),
    PrimaryKeyConstraint("complaint_id", "number", name="transfers_pkey"),
)

corrections = Table(
    "corrections",
    metadata,
    Column("complaint_id", Uuid, nullable=False),
    Column("decision", Integer, nullable=False),
    Column("at", _Instant, nullable=False),
    Column("by", Text, nullable=False),
    Column("from_category", Text, nullable=False),
    Column("from_subcategory", Text),
    Column("to_category", Text, nullable=False),
    Column("to_subcategory", Text),
    Column("reason", Text, nullable=False),
    Column("rulebook", Text, nullable=False),
    PrimaryKeyConstraint("complaint_id", "decision", name="corrections_pkey"),
    Index("corrections_at", "at"),
)

links = Table(
    "links",
    metadata,
    Column("link_id", Uuid, nullable=False),
    Column("complaint_id", Uuid, nullable=False),
    Column("other_id", Uuid, nullable=False),
    Column("state", Text, nullable=False),
    Column("evidence", JSONB, nullable=False),
    Column("suggested_at", _Instant, nullable=False),
    Column("settled_at", _Instant),
    Column("settled_by", Text),
    PrimaryKeyConstraint("link_id", name="links_pkey"),
    UniqueConstraint("complaint_id", "other_id", name="links_pair"),
    Index("links_other", "other_id"),
)

rulebook_versions = Table(
    "rulebook_versions",
    metadata,
    Column("version", Text, nullable=False),
    Column("sha256", Text, nullable=False),
    Column("content", JSONB, nullable=False),
    Column("first_used_at", _Instant, nullable=False),
    PrimaryKeyConstraint("version", name="rulebook_versions_pkey"),
)

# Below, since they stand in the same schema: whoever asks for the tables of the router is given all of them.
from services.router.store import joining_tables  # noqa: E402, F401
