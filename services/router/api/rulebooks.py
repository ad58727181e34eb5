"""`/v1/queues` and `/v1/rulebooks/check`: who there is, and whether a rulebook would hold."""

from __future__ import annotations

from typing import Any

from fastapi import APIRouter, Depends, Request

from services.router.api.parts import parts
from services.router.api.rulebook_bodies import RulebookToCheck, as_documented, read_rulebook
from services.router.usecases.check_rulebook import check_rulebook
from shared.web.access import require

routes = APIRouter(tags=["rulebook"])


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
    openapi_extra=as_documented(RulebookToCheck),
)
async def check(request: Request) -> dict[str, Any]:
    """Whether these files are a rulebook; if not, everything that is wrong, with file, line and what mends it.

    What is legal but wrong counts as wrong, and so does a test of `tests.yaml` that fails.
    """
    held = await read_rulebook(request, RulebookToCheck)
    at = parts(request)
    return await check_rulebook(held.files, workers=at.workers, today=at.clock.now().date())
