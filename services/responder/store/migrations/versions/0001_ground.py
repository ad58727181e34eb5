"""Lay the responder's ground: work, clocks, the ledger, what goes out, counters.

Revision ID: 0001
Revises:
"""

from alembic import op

from shared.messaging.tables import create_messaging_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE responder.work (
        complaint_id uuid PRIMARY KEY,
        reference text NOT NULL UNIQUE,
        account text NOT NULL,
        channel text NOT NULL,
        queue text NOT NULL,
        playbook text NOT NULL,
        policy text NOT NULL,
        priority text NOT NULL,
        category text NOT NULL,
        subcategory text,
        severity text NOT NULL,
        language text NOT NULL,
        segment text NOT NULL,
        owner text,
        state text NOT NULL,
        received_at timestamptz NOT NULL,
        decision jsonb NOT NULL,
        reply jsonb,
        routed_sequence integer NOT NULL,
        acknowledgement_state text NOT NULL,
        at_risk boolean NOT NULL,
        breached boolean NOT NULL,
        next_due_at timestamptz NOT NULL,
        resolve_due_at timestamptz,
        timer_at timestamptz,
        snapshot bytea NOT NULL
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX work_by_due ON responder.work (next_due_at, complaint_id)",
    "CREATE INDEX work_by_queue ON responder.work (queue, next_due_at, complaint_id)",
    "CREATE INDEX work_by_account ON responder.work (account, next_due_at, complaint_id)",
    "CREATE INDEX work_by_owner ON responder.work (owner, next_due_at, complaint_id) WHERE owner IS NOT NULL",
    "CREATE INDEX work_timers ON responder.work (timer_at) WHERE timer_at IS NOT NULL",
    """
    CREATE INDEX work_oldest ON responder.work (queue, received_at)
    WHERE state IN ('open', 'waiting_for_customer')
    """,
    """
    CREATE INDEX work_forecast ON responder.work (queue, resolve_due_at)
    WHERE state IN ('open', 'waiting_for_customer')
    """,
    """
    CREATE TABLE responder.clocks (
        complaint_id uuid,
        kind text,
        state text NOT NULL,
        started_at timestamptz NOT NULL,
        due_at timestamptz NOT NULL,
        at_risk_at timestamptz,
        stopped_at timestamptz,
        at_risk boolean NOT NULL,
        allowance text NOT NULL,
        policy text NOT NULL,
        source text NOT NULL,
        PRIMARY KEY (complaint_id, kind)
    )
    """,
    """
    CREATE TABLE responder.timeline (
        complaint_id uuid,
        seq integer,
        at timestamptz NOT NULL,
        kind text NOT NULL,
        "by" text NOT NULL,
        data jsonb NOT NULL,
        PRIMARY KEY (complaint_id, seq)
    )
    """,
    """
    CREATE FUNCTION responder.refuse_rewriting() RETURNS trigger LANGUAGE plpgsql AS $$
    BEGIN
        RAISE EXCEPTION 'the timeline is a ledger: entries are added, never changed' USING ERRCODE = 'raise_exception';
    END $$
    """,
    """
    CREATE TRIGGER timeline_is_a_ledger BEFORE UPDATE OR DELETE OR TRUNCATE ON responder.timeline
    FOR EACH STATEMENT EXECUTE FUNCTION responder.refuse_rewriting()
    """,
    """
    CREATE TABLE responder.parked (
        complaint_id uuid,
        sequence integer,
        parked_at timestamptz NOT NULL,
        body bytea NOT NULL,
        PRIMARY KEY (complaint_id, sequence)
    )
    """,
    """
    CREATE TABLE responder.outbound (
        outbound_id uuid PRIMARY KEY,
        complaint_id uuid NOT NULL,
        reference text NOT NULL,
        kind text NOT NULL,
        state text NOT NULL,
        account text NOT NULL,
        reply jsonb NOT NULL,
        subject text,
        text text NOT NULL,
        final boolean NOT NULL,
        "by" text NOT NULL,
        created_at timestamptz NOT NULL,
        attempts integer NOT NULL,
        ready_at timestamptz NOT NULL,
        sent_at timestamptz,
        provider_message_id text,
        reason text,
        idempotency_key text,
        traceparent text
    ) WITH (fillfactor = 80)
    """,
    "CREATE INDEX outbound_by_complaint ON responder.outbound (complaint_id, created_at)",
    "CREATE INDEX outbound_ready ON responder.outbound (ready_at) WHERE state IN ('queued', 'sending')",
    """
    CREATE INDEX outbound_by_provider_id ON responder.outbound (account, provider_message_id)
    WHERE provider_message_id IS NOT NULL
    """,
    """
    CREATE UNIQUE INDEX outbound_once ON responder.outbound (complaint_id, idempotency_key)
    WHERE idempotency_key IS NOT NULL
    """,
    """
    CREATE TABLE responder.outbound_attempts (
        outbound_id uuid,
        attempt integer,
        started_at timestamptz NOT NULL,
        ended_at timestamptz NOT NULL,
        outcome text NOT NULL,
        cause text,
        PRIMARY KEY (outbound_id, attempt)
    )
    """,
    """
    CREATE TABLE responder.automatic_contacts (
        contact bytea PRIMARY KEY,
        last_at timestamptz NOT NULL
    )
    """,
    "CREATE INDEX automatic_contacts_by_age ON responder.automatic_contacts (last_at)",
    """
    CREATE TABLE responder.counters (
        queue text,
        measure text,
        slot bigint,
        bucket smallint,
        value bigint NOT NULL,
        PRIMARY KEY (queue, measure, slot, bucket)
    )
    """,
    """
    CREATE TABLE responder.counter_deltas (
        delta_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
        queue text NOT NULL,
        measure text NOT NULL,
        slot bigint NOT NULL,
        bucket smallint NOT NULL,
        delta bigint NOT NULL
    )
    """,
)


def upgrade() -> None:
    """Create everything."""
    for statement in (*create_messaging_tables("responder"), *_STATEMENTS):
        op.execute(statement)


def downgrade() -> None:
    """Remove everything but the schema, which holds Alembic's own table."""
    tables = ("counter_deltas", "counters", "automatic_contacts", "outbound_attempts", "outbound", "parked", "timeline")
    for table in (*tables, "clocks", "work", "dead_letters", "inbox", "outbox"):
        op.execute(f"DROP TABLE responder.{table}")
    op.execute("DROP FUNCTION responder.refuse_rewriting()")
