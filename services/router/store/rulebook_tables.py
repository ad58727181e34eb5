"""The ledgers of published rulebooks; the versions themselves stand in tables.py."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, DateTime, Identity, Integer, PrimaryKeyConstraint, Table, Text, Uuid
from sqlalchemy.dialects.postgresql import JSONB

from services.router.store.tables import metadata

_Instant = DateTime(timezone=True)

rulebook_publications = Table(
    "rulebook_publications",
    metadata,
    Column("version", Text, nullable=False),
    Column("published_at", _Instant, nullable=False),
    Column("published_by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("previous", Text),
    Column("changes", JSONB, nullable=False),
    PrimaryKeyConstraint("version", name="rulebook_publications_pkey"),
)

# The last row is the rulebook in force; without any it is the folder's.
rulebook_activations = Table(
    "rulebook_activations",
    metadata,
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("version", Text, nullable=False),
    Column("activated_at", _Instant, nullable=False),
    Column("activated_by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("previous", Text),
    PrimaryKeyConstraint("number", name="rulebook_activations_pkey"),
)

rulebook_simulations = Table(
    "rulebook_simulations",
    metadata,
    Column("simulation_id", Uuid, nullable=False),
    Column("version", Text, nullable=False),
    Column("compared_with", Text, nullable=False),
    Column("since", _Instant, nullable=False),
    Column("until", _Instant, nullable=False),
    Column("state", Text, nullable=False),
    Column("complaints", Integer, nullable=False),
    Column("done", Integer, nullable=False),
    Column("started_at", _Instant, nullable=False),
    Column("started_by", Text, nullable=False),
    Column("seen_at", _Instant, nullable=False),
    Column("ended_at", _Instant),
    Column("result", JSONB),
    PrimaryKeyConstraint("simulation_id", name="rulebook_simulations_pkey"),
)

# The last row is the candidate that decides beside the rulebook in force; one without a version says that none does.
rulebook_shadows = Table(
    "rulebook_shadows",
    metadata,
    Column("number", BigInteger, Identity(always=True), nullable=False),
    Column("version", Text),
    Column("since", _Instant, nullable=False),
    Column("begun_by", Text, nullable=False),
    Column("why", Text, nullable=False),
    Column("counted", JSONB, nullable=False),
    PrimaryKeyConstraint("number", name="rulebook_shadows_pkey"),
)
