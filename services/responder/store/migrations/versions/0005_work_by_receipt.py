"""Find the complaints that were received in a time: figures are told by receipt, and no index knew it of all.

Revision ID: 0005
Revises: 0004
"""

from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Create the index."""
    op.execute("CREATE INDEX work_by_receipt ON responder.work (received_at)")


def downgrade() -> None:
    """Remove it."""
    op.execute("DROP INDEX responder.work_by_receipt")
