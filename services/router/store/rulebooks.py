"""Versions of the rulebook: kept for good, published by somebody, put in force one after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, insert, select, text
from sqlalchemy.dialects.postgresql import insert as insert_or
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.store.moving import remember_rulebook
from services.router.store.rulebook_tables import rulebook_activations, rulebook_publications
from services.router.store.tables import rulebook_versions

_LOCK = 4_201_103


async def one_at_a_time(connection: AsyncConnection) -> None:
    """Wait until nobody else publishes or activates; it holds up to the end of the transaction."""
    await connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})


async def in_force(connection: AsyncConnection) -> str | None:
    """Return the version that was put in force last; None where none ever was."""
    query = select(rulebook_activations.c.version).order_by(rulebook_activations.c.number.desc()).limit(1)
    return (await connection.execute(query)).scalar_one_or_none()


async def in_force_before(connection: AsyncConnection) -> str | None:
    """Return the version that was in force before the present one."""
    query = select(rulebook_activations.c.previous).order_by(rulebook_activations.c.number.desc()).limit(1)
    return (await connection.execute(query)).scalar_one_or_none()


async def files_of(connection: AsyncConnection, version: str) -> dict[str, str] | None:
    """Return the files of a version by their paths; None for one that is not kept."""
    query = select(rulebook_versions.c.content).where(rulebook_versions.c.version == version)
    found: dict[str, str] | None = (await connection.execute(query)).scalar_one_or_none()
    return found


async def keep(
    connection: AsyncConnection, *, version: str, sha256: str, files: Mapping[str, str], now: datetime
) -> bool:  # fmt: skip
    """Keep a version for good; False when another rulebook is kept under the same name."""
    await remember_rulebook(connection, version=version, sha256=sha256, content=files, now=now)
    query = select(rulebook_versions.c.sha256).where(rulebook_versions.c.version == version)
    kept: str = (await connection.execute(query)).scalar_one()
    return kept == sha256


async def insert_publication(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Hold who published a version and why; what was said first stays."""
    await connection.execute(insert_or(rulebook_publications).values(values).on_conflict_do_nothing())


async def insert_activation(connection: AsyncConnection, values: Mapping[str, Any]) -> None:
    """Put a version in force."""
    await connection.execute(insert(rulebook_activations).values(values))


async def publication(connection: AsyncConnection, version: str) -> RowMapping | None:
    """Return a version as it was published; its `published_at` is empty where it only ever came from the folder."""
    query = _versions(changes=True).where(rulebook_versions.c.version == version)
    return (await connection.execute(query)).mappings().one_or_none()


async def publications(connection: AsyncConnection, *, limit: int) -> Sequence[RowMapping]:
    """Return the versions that are kept, newest first, without their changes."""
    newest = func.coalesce(rulebook_publications.c.published_at, rulebook_versions.c.first_used_at)
    query = _versions().order_by(newest.desc(), rulebook_versions.c.version).limit(limit)
    return (await connection.execute(query)).mappings().all()


def _versions(*, changes: bool = False) -> Any:
    told = rulebook_publications.c
    columns = [told.published_at, told.published_by, told.why, told.previous, *([told.changes] if changes else [])]
    joined = rulebook_versions.outerjoin(rulebook_publications, told.version == rulebook_versions.c.version)
    return select(rulebook_versions.c.version, rulebook_versions.c.first_used_at, *columns).select_from(joined)
