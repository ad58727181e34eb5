"""The kinds of input that several routes take."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Path
from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field

from shared.ids import REFERENCE_ALPHABET, REFERENCE_LENGTH
from shared.text import storable
from shared.web.access import Principal
from shared.web.problems import Problem

_FIRST, _LAST = 1970, 2200


def _in_this_age(instant: datetime) -> datetime:
    if not _FIRST <= instant.year <= _LAST:
        raise ValueError(f"must lie between {_FIRST} and {_LAST}")
    return instant.astimezone(UTC)


def _reference(text: str) -> str:
    reference = text.upper()
    if len(reference) != REFERENCE_LENGTH or not set(reference) <= set(REFERENCE_ALPHABET):
        raise Problem(status=404, detail="no complaint has this reference")
    return reference


Said = Annotated[str, AfterValidator(storable)]
"""Text of a caller, fit for storage."""

Instant = Annotated[AwareDatetime, AfterValidator(_in_this_age)]
"""An instant with its offset, taken to UTC."""

Reference = Annotated[str, Path(description="the 9 characters that people quote"), AfterValidator(_reference)]
Code = Annotated[Said, Field(max_length=200)]


class Body(BaseModel):
    """A JSON body; a field that is not documented is refused rather than passed over in silence."""

    model_config = ConfigDict(extra="forbid")


def instant_of(text: str) -> datetime:
    """Return the instant that a cursor holds; ValueError where a cursor of ours would never hold it."""
    instant = datetime.fromisoformat(text)
    if instant.tzinfo is None:
        raise ValueError("an instant has its offset")
    return _in_this_age(instant)


def doer(principal: Principal) -> str:
    """Return how entries name who acted."""
    return "service" if principal.key_id == "service" else f"key:{principal.key_id}"
