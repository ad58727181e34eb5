"""Words of messages without personal and payment data."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


EVERYTHING_ANEW = """
    INSERT INTO router.unsearched (message_ids)
    SELECT array_agg(message_id) FROM (
        SELECT message_id, (row_number() OVER (ORDER BY message_id) - 1) / 500 AS part FROM router.message_words
    ) AS parted GROUP BY part ORDER BY part
"""


def upgrade() -> None:
    """Let every message be made searchable anew: the words that are there may be numbers of cards and accounts."""
    op.execute(EVERYTHING_ANEW)
