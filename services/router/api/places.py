"""Places in lists that are ordered by an instant and an id."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from shared.web.lists import Cursor
from shared.web.problems import Problem


def following(at: datetime, id_: UUID) -> str:
    """Return the cursor that goes on behind an item."""
    return Cursor.encode({"at": at.isoformat(), "id": str(id_)})


def place(cursor: str) -> tuple[datetime, UUID]:
    """Return the item that a cursor goes on behind; a 422 when it is none of ours."""
    try:
        told = Cursor.decode(cursor)
        at, id_ = datetime.fromisoformat(told["at"]), UUID(told["id"])
    except (KeyError, TypeError, ValueError, AttributeError):
        at = None
    if at is None or at.tzinfo is None:
        raise Problem(
            status=422,
            detail="the cursor is not one that this list gave",
            errors=[("query:cursor", "leave it out to begin anew")],
        )
    return at, id_
