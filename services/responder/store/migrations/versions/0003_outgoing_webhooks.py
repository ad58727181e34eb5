"""Tell other systems: subscriptions, events, notifications and the attempts at each.

Revision ID: 0003
Revises: 0002
"""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE responder.webhook_subscriptions (
        subscription_id uuid PRIMARY KEY,
        title text NOT NULL,
        url text NOT NULL,
        events text[] NOT NULL,
        filters jsonb NOT NULL,
        narrative boolean NOT NULL,
        sealed_secrets bytea NOT NULL,
        previous_secret_until timestamptz,
        state text NOT NULL,
        paused_reason text,
        paused_detail text,
        paused_at timestamptz,
        resumed_at timestamptz,
        failures integer NOT NULL,
        failing_since timestamptz,
        last_success_at timestamptz,
        last_failure_at timestamptz,
        last_cause text,
        gate_until timestamptz,
        asked_until timestamptz,
        created_at timestamptz NOT NULL,
        created_by text NOT NULL
    ) WITH (fillfactor = 50)
    """,
    "CREATE INDEX webhook_subscriptions_by_age ON responder.webhook_subscriptions (created_at, subscription_id)",
    """
    CREATE TABLE responder.webhook_events (
        event_id uuid PRIMARY KEY,
        number bigint GENERATED ALWAYS AS IDENTITY,
        subject_id uuid NOT NULL,
        sequence bigint NOT NULL,
        type text NOT NULL,
        reference text,
        facts jsonb NOT NULL,
        at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        body bytea NOT NULL,
        narrative_body bytea,
        fanned_out boolean NOT NULL
    )
    """,
    "CREATE INDEX webhook_events_new ON responder.webhook_events (number) WHERE NOT fanned_out",
    "CREATE INDEX webhook_events_by_age ON responder.webhook_events (created_at)",
    """
    CREATE TABLE responder.webhook_notifications (
        notification_id uuid PRIMARY KEY,
        subscription_id uuid NOT NULL,
        event_id uuid NOT NULL,
        subject_id uuid NOT NULL,
        sequence bigint NOT NULL,
        type text NOT NULL,
        reference text,
        at timestamptz NOT NULL,
        created_at timestamptz NOT NULL,
        state text NOT NULL,
        attempts integer NOT NULL,
        ready_at timestamptz NOT NULL,
        first_tried_at timestamptz,
        delivered_at timestamptz,
        cause text
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX webhook_notifications_by_event ON responder.webhook_notifications (event_id)",
    """
    CREATE INDEX webhook_notifications_by_age
    ON responder.webhook_notifications (subscription_id, created_at, notification_id)
    """,
    """
    CREATE INDEX webhook_notifications_ready ON responder.webhook_notifications (subscription_id, ready_at, sequence)
    WHERE state IN ('queued', 'sending')
    """,
    """
    CREATE INDEX webhook_notifications_lane ON responder.webhook_notifications (subscription_id, subject_id, sequence)
    WHERE state IN ('queued', 'sending')
    """,
    """
    CREATE INDEX webhook_notifications_waiting ON responder.webhook_notifications (subscription_id, created_at)
    WHERE state IN ('queued', 'sending')
    """,
    """
    CREATE INDEX webhook_notifications_failed
    ON responder.webhook_notifications (subscription_id, created_at, notification_id) WHERE state = 'failed'
    """,
    """
    CREATE INDEX webhook_notifications_settled ON responder.webhook_notifications (created_at)
    WHERE state IN ('delivered', 'failed')
    """,
    """
    CREATE TABLE responder.webhook_attempts (
        notification_id uuid,
        attempt integer,
        started_at timestamptz NOT NULL,
        duration_ms integer NOT NULL,
        outcome text NOT NULL,
        status integer,
        cause text,
        answer text,
        PRIMARY KEY (notification_id, attempt),
        CONSTRAINT webhook_attempts_of_notification FOREIGN KEY (notification_id)
            REFERENCES responder.webhook_notifications (notification_id) ON DELETE CASCADE
    )
    """,
)


def upgrade() -> None:
    """Create the tables of outgoing webhooks."""
    for statement in _STATEMENTS:
        op.execute(statement)


def downgrade() -> None:
    """Remove them."""
    for table in ("webhook_attempts", "webhook_notifications", "webhook_events", "webhook_subscriptions"):
        op.execute(f"DROP TABLE responder.{table}")
