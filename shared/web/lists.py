"""Lists: `{"items": [...], "next_cursor": ...}`, continued by a cursor that is stable under inserts."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from typing import Annotated, Any

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
            raise Problem(
                status=422,
                detail="the cursor is not one that this list gave",
                errors=[("query:cursor", "leave it out to begin anew")],
            ) from None


def page(items: Sequence[Any], *, next_cursor: str | None) -> dict[str, Any]:
    """Return the page as every list has it."""
    return {"items": list(items), "next_cursor": next_cursor}
