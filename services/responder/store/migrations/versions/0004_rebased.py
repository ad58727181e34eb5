"""Remember against which edition of rulebook and holidays the open clocks were last held.

Revision ID: 0004
Revises: 0002
"""

from alembic import op

revision = "0004"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.execute(
        """
        CREATE TABLE responder.rebased (
            only_row boolean PRIMARY KEY CHECK (only_row),
            edition text NOT NULL,
            done_at timestamptz NOT NULL
        )
        """
    )


def downgrade() -> None:
    op.execute("DROP TABLE responder.rebased")
