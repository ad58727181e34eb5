"""Indexes that find the earlier complaints of a contact point."""

from alembic import op

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Index contact points by what they are, and complaints by whose they are."""
    op.execute("CREATE INDEX contact_points_point ON router.contact_points (contact_point_id)")
    op.execute("CREATE INDEX complaints_party ON router.complaints (party_id, received_at)")
