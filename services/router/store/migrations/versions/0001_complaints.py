"""The router's tables."""

from alembic import op

from shared.messaging.tables import create_messaging_tables

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

_TABLES = (
    """
    CREATE TABLE router.parties (
        party_id uuid NOT NULL,
        name text,
        internal boolean NOT NULL,
        first_seen_at timestamptz NOT NULL,
        PRIMARY KEY (party_id)
    )
    """,
    """
    CREATE TABLE router.contact_points (
        contact_point_id uuid NOT NULL,
        party_id uuid NOT NULL,
        kind text NOT NULL,
        scope text NOT NULL,
        value text NOT NULL,
        verified boolean NOT NULL,
        first_seen_at timestamptz NOT NULL,
        CONSTRAINT contact_points_pkey PRIMARY KEY (party_id, contact_point_id)
    )
    """,
    """
    CREATE TABLE router.complaints (
        complaint_id uuid NOT NULL,
        reference text NOT NULL,
        account text NOT NULL,
        channel text NOT NULL,
        party_id uuid NOT NULL,
        received_at timestamptz NOT NULL,
        state text NOT NULL,
        ended_at timestamptz,
        progress integer NOT NULL,
        sequence integer NOT NULL,
        decision integer NOT NULL,
        queue text NOT NULL,
        playbook text NOT NULL,
        priority text NOT NULL,
        policy text NOT NULL,
        category text NOT NULL,
        subcategory text,
        severity text NOT NULL,
        language text NOT NULL,
        segment text NOT NULL,
        internal boolean NOT NULL,
        automatic text,
        outcome_sought text,
        transfers integer NOT NULL,
        bounced boolean NOT NULL,
        participants uuid[] NOT NULL,
        CONSTRAINT complaints_pkey PRIMARY KEY (complaint_id),
        CONSTRAINT complaints_reference UNIQUE (reference)
    ) WITH (fillfactor = 85)
    """,
    "CREATE INDEX complaints_newest ON router.complaints (received_at, complaint_id)",
    "CREATE INDEX complaints_queue ON router.complaints (queue, received_at, complaint_id)",
    """
    CREATE TABLE router.messages (
        message_id uuid NOT NULL,
        complaint_id uuid NOT NULL,
        account text NOT NULL,
        thread_id text,
        received_at timestamptz NOT NULL,
        joined_by text NOT NULL,
        content json NOT NULL,
        CONSTRAINT messages_pkey PRIMARY KEY (message_id)
    )
    """,
    "CREATE INDEX messages_complaint ON router.messages (complaint_id)",
    "CREATE INDEX messages_thread ON router.messages (thread_id) WHERE thread_id IS NOT NULL",
    """
    CREATE TABLE router.message_words (
        message_id uuid NOT NULL,
        complaint_id uuid NOT NULL,
        words tsvector NOT NULL,
        CONSTRAINT message_words_pkey PRIMARY KEY (message_id)
    )
    """,
    "CREATE INDEX message_words_words ON router.message_words USING gin (words)",
    """
    CREATE TABLE router.unsearched (
        number bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
        message_ids uuid[] NOT NULL,
        CONSTRAINT unsearched_pkey PRIMARY KEY (number)
    )
    """,
    """
    CREATE TABLE router.message_changes (
        change_id uuid NOT NULL,
        message_id uuid NOT NULL,
        kind text NOT NULL,
        at timestamptz NOT NULL,
        content json NOT NULL,
        CONSTRAINT message_changes_pkey PRIMARY KEY (change_id)
    )
    """,
    "CREATE INDEX message_changes_message ON router.message_changes (message_id)",
    """
    CREATE TABLE router.conversations (
        account text NOT NULL,
        conversation text NOT NULL,
        complaint_id uuid NOT NULL,
        CONSTRAINT conversations_pkey PRIMARY KEY (account, conversation)
    )
    """,
    """
    CREATE TABLE router.sent_messages (
        thread_id text NOT NULL,
        complaint_id uuid NOT NULL,
        at timestamptz NOT NULL,
        CONSTRAINT sent_messages_pkey PRIMARY KEY (thread_id, complaint_id)
    )
    """,
    """
    CREATE TABLE router.early_messages (
        message_id uuid NOT NULL,
        waits_for text NOT NULL,
        arrived_at timestamptz NOT NULL,
        content json NOT NULL,
        CONSTRAINT early_messages_pkey PRIMARY KEY (message_id)
    )
    """,
    "CREATE INDEX early_messages_waits_for ON router.early_messages (waits_for)",
    """
    CREATE TABLE router.decisions (
        complaint_id uuid NOT NULL,
        number integer NOT NULL,
        made_at timestamptz NOT NULL,
        cause text NOT NULL,
        rulebook text NOT NULL,
        body json NOT NULL,
        CONSTRAINT decisions_pkey PRIMARY KEY (complaint_id, number)
    )
    """,
    """
    CREATE TABLE router.transfers (
        complaint_id uuid NOT NULL,
        number integer NOT NULL,
        at timestamptz NOT NULL,
        by text NOT NULL,
        from_queue text NOT NULL,
        to_queue text NOT NULL,
        reason text NOT NULL,
        back_and_forth boolean NOT NULL,
        CONSTRAINT transfers_pkey PRIMARY KEY (complaint_id, number)
    )
    """,
    """
    CREATE TABLE router.corrections (
        complaint_id uuid NOT NULL,
        decision integer NOT NULL,
        at timestamptz NOT NULL,
        by text NOT NULL,
        from_category text NOT NULL,
        from_subcategory text,
        to_category text NOT NULL,
        to_subcategory text,
        reason text NOT NULL,
        rulebook text NOT NULL,
        CONSTRAINT corrections_pkey PRIMARY KEY (complaint_id, decision)
    )
    """,
    "CREATE INDEX corrections_at ON router.corrections (at)",
    """
    CREATE TABLE router.links (
        link_id uuid NOT NULL,
        complaint_id uuid NOT NULL,
        other_id uuid NOT NULL,
        state text NOT NULL,
        evidence jsonb NOT NULL,
        suggested_at timestamptz NOT NULL,
        settled_at timestamptz,
        settled_by text,
        CONSTRAINT links_pkey PRIMARY KEY (link_id),
        CONSTRAINT links_pair UNIQUE (complaint_id, other_id)
    )
    """,
    "CREATE INDEX links_other ON router.links (other_id)",
    """
    CREATE TABLE router.rulebook_versions (
        version text NOT NULL,
        sha256 text NOT NULL,
        content jsonb NOT NULL,
        first_used_at timestamptz NOT NULL,
        CONSTRAINT rulebook_versions_pkey PRIMARY KEY (version)
    )
    """,
)


def upgrade() -> None:
    """Create every table of the router."""
    for statement in (*create_messaging_tables("router"), *_TABLES):
        op.execute(statement)
