"""The responder's tables; the migrations beside this file hold their DDL, and a test compares the two."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import JSONB, TIMESTAMP, UUID

from shared.messaging.tables import messaging_tables

SCHEMA = "responder"
metadata = sa.MetaData(schema=SCHEMA)
messaging = messaging_tables(metadata)

_INSTANT = TIMESTAMP(timezone=True)
_OPEN = sa.text("state IN ('open', 'waiting_for_customer')")

work = sa.Table(
    "work",
    metadata,
    sa.Column("complaint_id", UUID, primary_key=True),
    sa.Column("reference", sa.Text, nullable=False, unique=True),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("channel", sa.Text, nullable=False),
    sa.Column("queue", sa.Text, nullable=False),
    sa.Column("playbook", sa.Text, nullable=False),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("priority", sa.Text, nullable=False),
    sa.Column("category", sa.Text, nullable=False),
    sa.Column("subcategory", sa.Text),
    sa.Column("severity", sa.Text, nullable=False),
    sa.Column("language", sa.Text, nullable=False),
    sa.Column("segment", sa.Text, nullable=False),
    sa.Column("owner", sa.Text),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("received_at", _INSTANT, nullable=False),
    sa.Column("decision", JSONB, nullable=False),
    sa.Column("reply", JSONB),
    # The last change of the router that was taken over; what comes too early waits in `parked`.
    sa.Column("routed_sequence", sa.Integer, nullable=False),
    sa.Column("acknowledgement_state", sa.Text, nullable=False),
    sa.Column("at_risk", sa.Boolean, nullable=False),
    sa.Column("breached", sa.Boolean, nullable=False),
    # The earliest instant still owed ('infinity' when none): the order of the work list.
    sa.Column("next_due_at", _INSTANT, nullable=False),
    sa.Column("resolve_due_at", _INSTANT),
    # The next instant at which a clock has something to fire; NULL takes the row out of the timers' index.
    sa.Column("timer_at", _INSTANT),
    # The fold of the timeline up to its last entry, so that no action has to read the whole ledger.
    sa.Column("snapshot", sa.LargeBinary, nullable=False),
    # The hash of the last entry: where the chain goes on, and what shows that its end was cut off.
    sa.Column("head", sa.LargeBinary, nullable=False),
    sa.Index("work_by_due", "next_due_at", "complaint_id"),
    sa.Index("work_by_queue", "queue", "next_due_at", "complaint_id"),
    sa.Index("work_by_account", "account", "next_due_at", "complaint_id"),
    sa.Index("work_by_owner", "owner", "next_due_at", "complaint_id", postgresql_where=sa.text("owner IS NOT NULL")),
    sa.Index("work_by_receipt", "received_at"),
    sa.Index("work_timers", "timer_at", postgresql_where=sa.text("timer_at IS NOT NULL")),
    sa.Index("work_oldest", "queue", "received_at", postgresql_where=_OPEN),
    sa.Index("work_forecast", "queue", "resolve_due_at", postgresql_where=_OPEN),
)

clocks = sa.Table(
    "clocks",
    metadata,
    sa.Column("complaint_id", UUID, primary_key=True),
    sa.Column("kind", sa.Text, primary_key=True),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("started_at", _INSTANT, nullable=False),
    sa.Column("due_at", _INSTANT, nullable=False),
    sa.Column("at_risk_at", _INSTANT),
    sa.Column("stopped_at", _INSTANT),
    sa.Column("at_risk", sa.Boolean, nullable=False),
    sa.Column("allowance", sa.Text, nullable=False),
    sa.Column("policy", sa.Text, nullable=False),
    sa.Column("source", sa.Text, nullable=False),
)

timeline = sa.Table(
    "timeline",
    metadata,
    sa.Column("complaint_id", UUID, primary_key=True),
    sa.Column("seq", sa.Integer, primary_key=True),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("data", JSONB, nullable=False),
    # SHA-256 of the hash before and of this entry; `domain/chain.py` says of what exactly.
    sa.Column("hash", sa.LargeBinary, nullable=False),
)

ledger_rounds = sa.Table(
    "ledger_rounds",
    metadata,
    sa.Column("night", sa.Date, primary_key=True),
    sa.Column("started_at", _INSTANT, nullable=False),
    # Everything up to this complaint has been recomputed; NULL before the first.
    sa.Column("reached", UUID),
    sa.Column("complaints", sa.BigInteger, nullable=False),
    sa.Column("entries", sa.BigInteger, nullable=False),
    sa.Column("differences", sa.BigInteger, nullable=False),
    sa.Column("ended_at", _INSTANT),
)

parked = sa.Table(
    "parked",
    metadata,
    sa.Column("complaint_id", UUID, primary_key=True),
    sa.Column("sequence", sa.Integer, primary_key=True),
    sa.Column("parked_at", _INSTANT, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
)

outbound = sa.Table(
    "outbound",
    metadata,
    sa.Column("outbound_id", UUID, primary_key=True),
    sa.Column("complaint_id", UUID, nullable=False),
    sa.Column("reference", sa.Text, nullable=False),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("account", sa.Text, nullable=False),
    sa.Column("reply", JSONB, nullable=False),
    sa.Column("subject", sa.Text),
    sa.Column("text", sa.Text, nullable=False),
    sa.Column("final", sa.Boolean, nullable=False),
    sa.Column("by", sa.Text, nullable=False),
    sa.Column("created_at", _INSTANT, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    # Queued: when to try next. Sending: when the lease of whoever sends it ends.
    sa.Column("ready_at", _INSTANT, nullable=False),
    sa.Column("sent_at", _INSTANT),
    sa.Column("provider_message_id", sa.Text),
    sa.Column("reason", sa.Text),
    sa.Column("idempotency_key", sa.Text),
    sa.Column("traceparent", sa.Text),
    sa.Index("outbound_by_complaint", "complaint_id", "created_at"),
    sa.Index("outbound_ready", "ready_at", postgresql_where=sa.text("state IN ('queued', 'sending')")),
    sa.Index(
        "outbound_by_provider_id",
        "account",
        "provider_message_id",
        postgresql_where=sa.text("provider_message_id IS NOT NULL"),
    ),
    sa.Index(
        "outbound_once",
        "complaint_id",
        "idempotency_key",
        unique=True,
        postgresql_where=sa.text("idempotency_key IS NOT NULL"),
    ),
)

outbound_attempts = sa.Table(
    "outbound_attempts",
    metadata,
    sa.Column("outbound_id", UUID, primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True),
    sa.Column("started_at", _INSTANT, nullable=False),
    sa.Column("ended_at", _INSTANT, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("cause", sa.Text),
)

automatic_contacts = sa.Table(
    "automatic_contacts",
    metadata,
    sa.Column("contact", sa.LargeBinary, primary_key=True),
    sa.Column("last_at", _INSTANT, nullable=False),
    sa.Index("automatic_contacts_by_age", "last_at"),
)

counters = sa.Table(
    "counters",
    metadata,
    sa.Column("queue", sa.Text, primary_key=True),
    sa.Column("measure", sa.Text, primary_key=True),
    sa.Column("slot", sa.BigInteger, primary_key=True),
    sa.Column("bucket", sa.SmallInteger, primary_key=True),
    sa.Column("value", sa.BigInteger, nullable=False),
)

counter_deltas = sa.Table(
    "counter_deltas",
    metadata,
    sa.Column("delta_id", sa.BigInteger, sa.Identity(always=True), primary_key=True),
    sa.Column("queue", sa.Text, nullable=False),
    sa.Column("measure", sa.Text, nullable=False),
    sa.Column("slot", sa.BigInteger, nullable=False),
    sa.Column("bucket", sa.SmallInteger, nullable=False),
    sa.Column("delta", sa.BigInteger, nullable=False),
)

rebased = sa.Table(
    "rebased",
    metadata,
    # One row: the edition of rulebook and holidays that all open clocks were last held against.
    sa.Column("only_row", sa.Boolean, sa.CheckConstraint("only_row"), primary_key=True),
    sa.Column("edition", sa.Text, nullable=False),
    sa.Column("done_at", _INSTANT, nullable=False),
)
# The tables of outgoing webhooks stand in a module of their own and are part of this metadata.
from services.responder.store import webhook_tables  # noqa: E402, F401
