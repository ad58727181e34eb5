"""Who published which rulebook and why, and which one is in force."""

from alembic import op

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Add the ledgers of publications and of what was put in force; the last of the latter counts."""
    op.execute(
        """
        CREATE TABLE router.rulebook_publications (
            version text NOT NULL,
            published_at timestamptz NOT NULL,
            published_by text NOT NULL,
            why text NOT NULL,
            previous text,
            changes jsonb NOT NULL,
            CONSTRAINT rulebook_publications_pkey PRIMARY KEY (version)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE router.rulebook_activations (
            number bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
            version text NOT NULL,
            activated_at timestamptz NOT NULL,
            activated_by text NOT NULL,
            why text NOT NULL,
            previous text,
            CONSTRAINT rulebook_activations_pkey PRIMARY KEY (number)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE router.rulebook_simulations (
            simulation_id uuid NOT NULL,
            version text NOT NULL,
            compared_with text NOT NULL,
            since timestamptz NOT NULL,
            until timestamptz NOT NULL,
            state text NOT NULL,
            complaints integer NOT NULL,
            done integer NOT NULL,
            started_at timestamptz NOT NULL,
            started_by text NOT NULL,
            seen_at timestamptz NOT NULL,
            ended_at timestamptz,
            result jsonb,
            CONSTRAINT rulebook_simulations_pkey PRIMARY KEY (simulation_id)
        )
        """
    )
    op.execute(
        """
        CREATE TABLE router.rulebook_shadows (
            number bigint GENERATED ALWAYS AS IDENTITY NOT NULL,
            version text,
            since timestamptz NOT NULL,
            begun_by text NOT NULL,
            why text NOT NULL,
            counted jsonb NOT NULL,
            CONSTRAINT rulebook_shadows_pkey PRIMARY KEY (number)
        )
        """
    )
