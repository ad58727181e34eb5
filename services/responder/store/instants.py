"""'infinity', as PostgreSQL and asyncpg write it: the due date of what is not owed any more."""

from __future__ import annotations

from datetime import UTC, datetime

NEVER = datetime.max.replace(tzinfo=UTC)


def or_never(instant: datetime | None) -> datetime:
    """Return the instant as it is stored."""
    return NEVER if instant is None else instant


def known(instant: datetime | None) -> datetime | None:
    """Return the instant as it was before it was stored."""
    return None if instant is None or instant.year == NEVER.year else instant
