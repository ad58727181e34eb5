"""Rulebooks as bodies of requests: a few hundred small files, read with care."""

from __future__ import annotations

from typing import Annotated, TypeVar

import msgspec
from fastapi import Path, Request
from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError

from services.router.api.instants import Instant
from shared.text import STORABLE
from shared.web.bodies import read_body
from shared.web.problems import Problem

_LIMIT_BYTES = 16 * 1024 * 1024
_MOST_FILES = 500

# Segments of plain characters only: a path must never lead out of the folder.
Place = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^(?:[A-Za-z0-9_][A-Za-z0-9._-]*/){0,3}[A-Za-z0-9_][A-Za-z0-9._-]*$"),
]
FileText = Annotated[str, StringConstraints(pattern=STORABLE)]
Reason = Annotated[str, StringConstraints(min_length=3, max_length=500, pattern=STORABLE)]


class RulebookToCheck(BaseModel):
    """A rulebook's files by their paths, as they would lie in its folder."""

    model_config = ConfigDict(extra="forbid")

    files: dict[Place, FileText]


class RulebookToPublish(RulebookToCheck):
    """A rulebook, why it is to replace the present one, and whether it is put in force at once."""

    why: Reason
    activate: bool = True


Version = Annotated[
    str, Path(max_length=60, pattern=r"^[A-Za-z0-9._+-]+$", description="as decisions name it: 2026-11-22.1+0a1b2c3d")
]


class Activation(BaseModel):
    """Why another version is put in force."""

    model_config = ConfigDict(extra="forbid")

    why: Reason


class RulebookToSimulate(RulebookToCheck):
    """A rulebook, and the complaints that it is tried on by when they were received: the last 90 days unless said."""

    since: Instant | None = Field(default=None, alias="from")
    until: Instant | None = Field(default=None, alias="to")


Body = TypeVar("Body", bound=RulebookToCheck)


async def read_rulebook(request: Request, kind: type[Body]) -> Body:
    """Return the body as a rulebook of a kind; a problem says which field is at fault."""
    try:
        raw = msgspec.json.decode(await read_body(request, limit=_LIMIT_BYTES))
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise Problem(status=400, detail="the body is not JSON") from None
    try:
        held = kind.model_validate(raw)
    except ValidationError as error:
        raise Problem(status=422, detail="the body is not a rulebook", errors=_faults(error)) from None
    if not 0 < len(held.files) <= _MOST_FILES:
        raise Problem(status=422, detail="no files, or too many", errors=[("/files", f"1 to {_MOST_FILES} files")])
    if any(path.startswith(f"{other}/") for path in held.files for other in held.files):
        raise Problem(status=422, detail="a file is a folder, too", errors=[("/files", "give them different paths")])
    return held


def _faults(error: ValidationError) -> list[tuple[str, str]]:
    """Return which fields are at fault; what stands in them may be anybody's words."""
    fields = dict.fromkeys(str(one["loc"][0]) if one["loc"] else "" for one in error.errors(include_input=False))
    known = {
        "files": "paths of letters, digits, dots, dashes and underscores, to texts",
        "why": "3 to 500 characters",
        "activate": "true or false",
        "from": "an instant such as 2026-11-01T00:00:00Z",
        "to": "an instant such as 2026-11-22T00:00:00Z",
    }
    return [(f"/{field}" if field in known else "", known.get(field, 'write {"files": {...}}')) for field in fields]


def as_documented(kind: type[BaseModel]) -> dict[str, object]:
    """Return what the OpenAPI document says of such a body."""
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": kind.model_json_schema()}}}}
