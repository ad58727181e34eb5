"""Alembic's environment: everything it needs is in shared.migrations."""

from services.router.store.tables import metadata
from shared.migrations import run_env

run_env(metadata, "router")
