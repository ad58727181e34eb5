"""What is watched for surges, the incidents that were noticed, and traces of complaints told more than once."""

from alembic import op

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None

_STATEMENTS = (
    """
    CREATE TABLE router.unwatched (
        number bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
        complaint_ids uuid[] NOT NULL,
        CONSTRAINT unwatched_pkey PRIMARY KEY (number)
    )
    """,
    """
    CREATE TABLE router.watch (
        name text NOT NULL,
        holder uuid NOT NULL,
        seen_at timestamptz NOT NULL,
        CONSTRAINT watch_pkey PRIMARY KEY (name)
    )
    """,
    """
    CREATE TABLE router.incidents (
        incident_id uuid NOT NULL,
        state text NOT NULL,
        signs jsonb NOT NULL,
        began_at timestamptz NOT NULL,
        noticed_at timestamptz NOT NULL,
        ended_at timestamptz,
        customers integer NOT NULL,
        usual double precision NOT NULL,
        unlikeliness double precision NOT NULL,
        settled_at timestamptz,
        settled_by text,
        CONSTRAINT incidents_pkey PRIMARY KEY (incident_id)
    )
    """,
    "CREATE INDEX incidents_newest ON router.incidents (noticed_at, incident_id)",
    "CREATE INDEX incidents_going ON router.incidents (incident_id) WHERE ended_at IS NULL",
    """
    CREATE TABLE router.incident_complaints (
        incident_id uuid NOT NULL,
        complaint_id uuid NOT NULL,
        CONSTRAINT incident_complaints_pkey PRIMARY KEY (incident_id, complaint_id)
    )
    """,
    "CREATE INDEX incident_complaints_complaint ON router.incident_complaints (complaint_id)",
    """
    CREATE TABLE router.traces (
        trace bigint NOT NULL,
        complaint_id uuid NOT NULL,
        received_at timestamptz NOT NULL,
        CONSTRAINT traces_pkey PRIMARY KEY (trace, complaint_id)
    )
    """,
    "CREATE INDEX traces_newest ON router.traces (trace, received_at)",
    "CREATE INDEX traces_received ON router.traces (received_at)",
    "INSERT INTO router.watch (name, holder, seen_at) VALUES ('surges', gen_random_uuid(), 'epoch')",
)


def upgrade() -> None:
    """Create the tables; the one row of the watch is there from the beginning, so that it can be locked."""
    for statement in _STATEMENTS:
        op.execute(statement)
