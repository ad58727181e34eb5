"""What addresses may hold: instants, plain text, places in lists that are ordered by an instant and an id."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime

from shared.web.lists import Cursor
from shared.web.problems import Problem


def _in_utc(instant: datetime) -> datetime:
    """Return the instant in UTC; the calendar's first and last hours have none in some zones."""
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the calendar") from None


Instant = Annotated[AwareDatetime, AfterValidator(_in_utc)]


def following(at: datetime, id_: UUID) -> str:
    """Return the cursor that goes on behind an item."""
    return Cursor.encode({"at": at.isoformat(), "id": str(id_)})


def place(cursor: str) -> tuple[datetime, UUID]:
    """Return the item that a cursor goes on behind; a 422 when it is none of ours."""
    try:
        told = Cursor.decode(cursor)
        return _in_utc(datetime.fromisoformat(told["at"])), UUID(told["id"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise Problem(
            status=422,
            detail="the cursor is not one that this list gave",
            errors=[("query:cursor", "leave it out to begin anew")],
        ) from None
