"""Lists: `{"items": [...], "next_cursor": ...}`, continued by a cursor that is stable under inserts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from datetime import UTC, datetime
from typing import Annotated, Any
from uuid import UUID

import msgspec
from fastapi import Query

from shared.web.problems import Problem

Limit = Annotated[int, Query(ge=1, le=500, description="how many items at the most")]
After = Annotated[str | None, Query(max_length=2000, description="`next_cursor` of the page before")]
DEFAULT_LIMIT = 50


class Cursor:
    """The place in a list, as opaque text."""

    @staticmethod
    def encode(place: dict[str, Any]) -> str:
        """Return the place as text that goes into a URL."""
        return base64.urlsafe_b64encode(msgspec.json.encode(place)).decode().rstrip("=")

    @staticmethod
    def decode(cursor: str) -> dict[str, Any]:
        """Return the place; a 422 when the text is not a cursor of ours."""
        try:
            padded = cursor + "=" * (-len(cursor) % 4)
            return msgspec.json.decode(base64.urlsafe_b64decode(padded.encode()), type=dict[str, Any])
        except (ValueError, binascii.Error, msgspec.MsgspecError):
            raise not_ours() from None


def following(at: datetime, id_: UUID) -> str:
    """Return the cursor that goes on behind an item of a list that is ordered by an instant and an id."""
    return Cursor.encode({"at": at.isoformat(), "id": str(id_)})


def place(cursor: str) -> tuple[datetime, UUID]:
    """Return the item that such a cursor goes on behind; a 422 when the text is none of ours."""
    held = Cursor.decode(cursor)
    try:
        return in_utc(datetime.fromisoformat(held["at"])), UUID(held["id"])
    except (KeyError, TypeError, ValueError, AttributeError):
        raise not_ours() from None


def in_utc(instant: datetime) -> datetime:
    """Return the instant in UTC; ValueError for what the calendar's first and last hours lack in some zones."""
    try:
        return instant.astimezone(UTC)
    except OverflowError:
        raise ValueError("lies outside the calendar") from None


def page(items: Sequence[Any], *, next_cursor: str | None) -> dict[str, Any]:
    """Return the page as every list has it."""
    return {"items": list(items), "next_cursor": next_cursor}


def not_ours() -> Problem:
    """Return the 422 for a cursor that no list of ours gave."""
    return Problem(
        status=422,
        detail="the cursor is not one that this list gave",
        errors=[("query:cursor", "leave it out to begin anew")],
    )
