"""The first shape of ingest's tables."""

from alembic import op

from shared.messaging.tables import create_messaging_tables

revision = "0001"
down_revision = None

_TABLES = """
CREATE TABLE ingest.accounts (
    account text PRIMARY KEY,
    channel text NOT NULL,
    title text NOT NULL,
    settings jsonb NOT NULL,
    sealed_secrets bytea NOT NULL,
    secret_names text[] NOT NULL,
    enabled boolean NOT NULL,
    created_at timestamptz NOT NULL,
    changed_at timestamptz NOT NULL
);
CREATE TABLE ingest.api_keys (
    key_id text PRIMARY KEY,
    secret_sha256 bytea NOT NULL,
    label text NOT NULL,
    scopes text[] NOT NULL,
    created_at timestamptz NOT NULL,
    revoked_at timestamptz
);
CREATE TABLE ingest.messages (
    message_id uuid PRIMARY KEY,
    reference text NOT NULL CONSTRAINT messages_reference_key UNIQUE,
    account text NOT NULL,
    received_at timestamptz NOT NULL,
    request_sha256 bytea
);
CREATE TABLE ingest.deliveries (
    delivery_id uuid NOT NULL,
    received_at timestamptz NOT NULL,
    account text NOT NULL,
    size_bytes integer NOT NULL,
    head jsonb NOT NULL,
    body bytea,
    blob_key text,
    PRIMARY KEY (delivery_id, received_at)
) PARTITION BY RANGE (received_at);
CREATE TABLE ingest.deliveries_rest PARTITION OF ingest.deliveries DEFAULT;
CREATE TABLE ingest.quarantine (
    delivery_id uuid PRIMARY KEY,
    account text NOT NULL,
    received_at timestamptz NOT NULL,
    state text NOT NULL,
    cause text NOT NULL,
    detail text NOT NULL,
    items integer NOT NULL,
    attempts integer NOT NULL DEFAULT 0,
    size_bytes integer NOT NULL,
    head jsonb NOT NULL,
    body bytea,
    blob_key text,
    body_sha256 bytea NOT NULL,
    ended_by text,
    reason text,
    ended_at timestamptz
);
CREATE INDEX quarantine_list ON ingest.quarantine (state, account, received_at, delivery_id);
CREATE UNIQUE INDEX quarantine_once ON ingest.quarantine (account, body_sha256) WHERE state = 'quarantined';
CREATE TABLE ingest.balance_deltas (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    on_day date NOT NULL,
    account text NOT NULL,
    kind text NOT NULL,
    n bigint NOT NULL
);
CREATE TABLE ingest.balance (
    account text NOT NULL,
    on_day date NOT NULL,
    kind text NOT NULL,
    n bigint NOT NULL,
    PRIMARY KEY (account, on_day, kind)
);
CREATE TABLE ingest.cursors (
    account text PRIMARY KEY,
    cursor jsonb NOT NULL,
    moved_at timestamptz NOT NULL
);
CREATE TABLE ingest.receipts (
    id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
    account text NOT NULL,
    provider_message_id text NOT NULL,
    state text NOT NULL,
    at timestamptz NOT NULL,
    detail text
);
CREATE TABLE ingest.media (
    attachment_id uuid PRIMARY KEY,
    account text NOT NULL,
    media text NOT NULL,
    state text NOT NULL,
    attempts integer NOT NULL,
    next_at timestamptz NOT NULL,
    detail text
);
CREATE INDEX media_due ON ingest.media (next_at) WHERE state = 'waiting';
"""


def upgrade() -> None:
    """Create everything."""
    for statement in (*create_messaging_tables("ingest"), *_TABLES.split(";")):
        if statement.strip():
            op.execute(statement)


def downgrade() -> None:
    """Take everything away."""
    op.execute("DROP SCHEMA ingest CASCADE")
