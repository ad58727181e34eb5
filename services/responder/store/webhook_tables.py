"""The tables of outgoing webhooks: who wants to be told, what happened, what is on its way, how each attempt ended."""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP, UUID

from services.responder.store.tables import metadata

_INSTANT = TIMESTAMP(timezone=True)
_UNDER_WAY = sa.text("state IN ('queued', 'sending')")

webhook_subscriptions = sa.Table(
    "webhook_subscriptions",
    metadata,
    sa.Column("subscription_id", UUID, primary_key=True),
    sa.Column("title", sa.Text, nullable=False),
    sa.Column("url", sa.Text, nullable=False),
    sa.Column("events", ARRAY(sa.Text), nullable=False),
    sa.Column("filters", JSONB, nullable=False),
    sa.Column("narrative", sa.Boolean, nullable=False),
    # Newest first; the second one counts until `previous_secret_until`.
    sa.Column("sealed_secrets", sa.LargeBinary, nullable=False),
    sa.Column("previous_secret_until", _INSTANT),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("paused_reason", sa.Text),
    sa.Column("paused_detail", sa.Text),
    sa.Column("paused_at", _INSTANT),
    sa.Column("resumed_at", _INSTANT),
    sa.Column("failures", sa.Integer, nullable=False),
    sa.Column("failing_since", _INSTANT),
    sa.Column("last_success_at", _INSTANT),
    sa.Column("last_failure_at", _INSTANT),
    sa.Column("last_cause", sa.Text),
    # Nothing is tried before these: our patience with who fails, and what its Retry-After said.
    sa.Column("gate_until", _INSTANT),
    sa.Column("asked_until", _INSTANT),
    sa.Column("created_at", _INSTANT, nullable=False),
    sa.Column("created_by", sa.Text, nullable=False),
    sa.Index("webhook_subscriptions_by_age", "created_at", "subscription_id"),
)

webhook_events = sa.Table(
    "webhook_events",
    metadata,
    sa.Column("event_id", UUID, primary_key=True),
    # In the order of one complaint's events, since they are written under the lock of its row.
    sa.Column("number", sa.BigInteger, sa.Identity(always=True), nullable=False),
    sa.Column("subject_id", UUID, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("reference", sa.Text),
    sa.Column("facts", JSONB, nullable=False),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Column("created_at", _INSTANT, nullable=False),
    sa.Column("body", sa.LargeBinary, nullable=False),
    # The same with what people wrote; only while a subscription asks for it.
    sa.Column("narrative_body", sa.LargeBinary),
    # True once it is known who is to be told.
    sa.Column("fanned_out", sa.Boolean, nullable=False),
    sa.Index("webhook_events_new", "number", postgresql_where=sa.text("NOT fanned_out")),
    sa.Index("webhook_events_by_age", "created_at"),
)

webhook_notifications = sa.Table(
    "webhook_notifications",
    metadata,
    sa.Column("notification_id", UUID, primary_key=True),
    sa.Column("subscription_id", UUID, nullable=False),
    sa.Column("event_id", UUID, nullable=False),
    sa.Column("subject_id", UUID, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("type", sa.Text, nullable=False),
    sa.Column("reference", sa.Text),
    sa.Column("at", _INSTANT, nullable=False),
    sa.Column("created_at", _INSTANT, nullable=False),
    sa.Column("state", sa.Text, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    # Queued: when to try next. Sending: when the lease of whoever tries ends.
    sa.Column("ready_at", _INSTANT, nullable=False),
    sa.Column("first_tried_at", _INSTANT),
    sa.Column("delivered_at", _INSTANT),
    sa.Column("cause", sa.Text),
    sa.Index("webhook_notifications_by_event", "event_id"),
    sa.Index("webhook_notifications_by_age", "subscription_id", "created_at", "notification_id"),
    sa.Index("webhook_notifications_ready", "subscription_id", "ready_at", "sequence", postgresql_where=_UNDER_WAY),
    sa.Index("webhook_notifications_lane", "subscription_id", "subject_id", "sequence", postgresql_where=_UNDER_WAY),
    sa.Index("webhook_notifications_waiting", "subscription_id", "created_at", postgresql_where=_UNDER_WAY),
    sa.Index(
        "webhook_notifications_failed",
        "subscription_id",
        "created_at",
        "notification_id",
        postgresql_where=sa.text("state = 'failed'"),
    ),
    sa.Index(
        "webhook_notifications_settled",
        "created_at",
        postgresql_where=sa.text("state IN ('delivered', 'failed')"),
    ),
)

webhook_attempts = sa.Table(
    "webhook_attempts",
    metadata,
    sa.Column("notification_id", UUID, primary_key=True),
    sa.Column("attempt", sa.Integer, primary_key=True),
    sa.Column("started_at", _INSTANT, nullable=False),
    sa.Column("duration_ms", sa.Integer, nullable=False),
    sa.Column("outcome", sa.Text, nullable=False),
    sa.Column("status", sa.Integer),
    sa.Column("cause", sa.Text),
    sa.Column("answer", sa.Text),
    sa.ForeignKeyConstraint(
        ["notification_id"],
        ["responder.webhook_notifications.notification_id"],
        name="webhook_attempts_of_notification",
        ondelete="CASCADE",
    ),
)
