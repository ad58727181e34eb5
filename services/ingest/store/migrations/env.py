"""Alembic's way in; see shared/migrations.py."""

from services.ingest.store.tables import metadata
from shared.migrations import run_env

run_env(metadata, "ingest")
