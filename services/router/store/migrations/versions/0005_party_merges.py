"""Which parties are one person."""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the ledger of merges: a party stands for itself again once its merge has ended."""
    op.execute("""
        CREATE TABLE router.party_merges (
            number bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
            party_id uuid NOT NULL,
            into_id uuid NOT NULL,
            vouched boolean NOT NULL,
            reason text NOT NULL,
            merged_at timestamptz NOT NULL,
            merged_by text NOT NULL,
            unmerged_at timestamptz,
            unmerged_by text,
            CONSTRAINT party_merges_pkey PRIMARY KEY (number)
        )
    """)
    op.execute("CREATE UNIQUE INDEX party_merges_going ON router.party_merges (party_id) WHERE unmerged_at IS NULL")
    op.execute("CREATE INDEX party_merges_into ON router.party_merges (into_id) WHERE unmerged_at IS NULL")
