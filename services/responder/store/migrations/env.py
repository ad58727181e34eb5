"""Alembic's entry point for the responder's schema."""

from services.responder.store.tables import SCHEMA, metadata
from shared.migrations import run_env

run_env(metadata, SCHEMA)
