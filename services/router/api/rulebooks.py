"""`/v1/queues` and `/v1/rulebooks`: who there is, and whether a rulebook would hold."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, StringConstraints

from services.router.api.parts import parts
from services.router.usecases.check_rulebook import check_rulebook
from shared.web.access import require
from shared.web.bodies import read_body
from shared.web.problems import Problem

routes = APIRouter(tags=["rulebook"])

_LIMIT_BYTES = 2 * 1024 * 1024
_MOST_FILES = 500

# Segments of plain characters only: a path must never lead out of the folder.
Place = Annotated[
    str,
    StringConstraints(max_length=200, pattern=r"^(?:[A-Za-z0-9_][A-Za-z0-9._-]*/){0,3}[A-Za-z0-9_][A-Za-z0-9._-]*$"),
]


class RulebookToCheck(BaseModel):
    """A rulebook's files by their paths, as they would lie in its folder."""

    model_config = ConfigDict(extra="forbid")

    files: dict[Place, str]


@routes.get("/v1/queues", dependencies=[Depends(require("complaints:read"))])
async def list_queues(request: Request) -> dict[str, Any]:
    """The queues of the rulebook in force, and how many open complaints lie in each."""
    at = parts(request)
    rulebook, sizes = at.shelf.rulebook, await at.shower.sizes()
    items = [
        {"queue": code, "open": sizes.get(code, 0), "triage": code == rulebook.triage} | queue.model_dump(mode="json")
        for code, queue in rulebook.queues.items()
    ]
    # A queue that the rulebook no longer has may still hold complaints: they must not vanish from sight.
    items += [{"queue": code, "open": n, "retired": True} for code, n in sizes.items() if code not in rulebook.queues]
    return {"items": items, "next_cursor": None, "rulebook": rulebook.version}


@routes.post(
    "/v1/rulebooks/check",
    dependencies=[Depends(require("rulebook:admin"))],
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/json": {"schema": RulebookToCheck.model_json_schema()}},
        }
    },
)
async def check(request: Request) -> dict[str, Any]:
    """Whether these files are a rulebook; if not, everything that is wrong, with file, line and what mends it."""
    body = await read_body(request, limit=_LIMIT_BYTES)
    at = parts(request)
    return await check_rulebook(_files(body), workers=at.workers, today=at.clock.now().date())


def _files(body: bytes) -> dict[str, str]:
    try:
        raw = msgspec.json.decode(body)
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise Problem(status=400, detail="the body is not JSON") from None
    try:
        files = RulebookToCheck.model_validate(raw).files
    except ValueError:
        raise Problem(
            status=422,
            detail='the body is {"files": {"queues.yaml": "..."}}',
            errors=[("/files", "paths of letters, digits, dots, dashes and underscores, to texts")],
        ) from None
    if not 0 < len(files) <= _MOST_FILES:
        raise Problem(status=422, detail="no files, or too many", errors=[("/files", f"1 to {_MOST_FILES} files")])
    return files
