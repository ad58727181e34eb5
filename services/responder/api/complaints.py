"""`/v1/complaints`: the work list, one complaint, its timeline."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response

from services.responder.api.answers import json_answer
from services.responder.api.inputs import Code, Instant, Reference, instant_of
from services.responder.api.parts import parts
from services.responder.api.shapes import ComplaintShape, TimelineShape, WorkListShape
from services.responder.store.work_list import Place, Wanted
from shared.web.access import require
from shared.web.lists import DEFAULT_LIMIT, After, Cursor, Limit, not_ours, page

routes = APIRouter(tags=["complaints"], dependencies=[Depends(require("complaints:read"))])

State = Literal["open", "waiting_for_customer", "resolved", "closed"]


@routes.get("/v1/complaints", response_model=WorkListShape)
async def work_list(
    request: Request,
    queue: Annotated[Code | None, Query()] = None,
    state: Annotated[State | None, Query()] = None,
    owner: Annotated[Code | None, Query(description="`none` for what nobody owns")] = None,
    account: Annotated[Code | None, Query()] = None,
    due_before: Annotated[Instant | None, Query()] = None,
    order: Annotated[Literal["due_at"], Query(description="the earliest due first")] = "due_at",  # noqa: ARG001
    limit: Limit = DEFAULT_LIMIT,
    cursor: After = None,
) -> Response:
    """The work list: earliest due first; what is owed no more comes last."""
    wanted = Wanted(
        queue=queue,
        state=state,
        owner=None if owner == "none" else owner,
        unassigned=owner == "none",
        account=account,
        due_before=due_before,
    )
    place = _place(cursor) if cursor else None
    items, more = await parts(request).work_list.read(wanted, after=place, limit=limit)
    return json_answer(page(items, next_cursor=_cursor(more) if more else None))


@routes.get("/v1/complaints/{reference}", response_model=ComplaintShape)
async def complaint(
    reference: Reference,
    request: Request,
    messages: Annotated[Literal["all", "none"], Query(description="`none` leaves out what was said")] = "all",
) -> Response:
    """One complaint: its clocks, steps and decision, and what was said."""
    at = parts(request)
    shown = await at.reader.complaint(reference, with_messages=messages == "all", now=at.clock.now())
    return json_answer(shown)


@routes.get("/v1/complaints/{reference}/timeline", response_model=TimelineShape)
async def timeline(
    reference: Reference, request: Request, limit: Limit = 500, cursor: After = None
) -> Response:  # fmt: skip
    """The ledger, oldest entry first: whatever stands in the complaint can be computed from it."""
    after = _seq(Cursor.decode(cursor)) if cursor else 0
    entries = await parts(request).reader.timeline(reference, after=after, limit=limit + 1)
    shown = entries[:limit]
    more = Cursor.encode({"seq": shown[-1].seq}) if len(entries) > limit else None
    return json_answer(page(shown, next_cursor=more))


def _cursor(place: Place) -> str:
    due_at, complaint_id = place
    return Cursor.encode({"due_at": due_at, "id": complaint_id})


def _place(cursor: str) -> Place:
    held = Cursor.decode(cursor)
    try:
        due_at = held["due_at"]
        return (instant_of(due_at) if due_at is not None else None, UUID(held["id"]))
    except (KeyError, TypeError, ValueError, AttributeError):
        raise not_ours() from None


def _seq(held: dict[str, Any]) -> int:
    seq = held.get("seq")
    if not isinstance(seq, int) or not 0 <= seq < 2**31:
        raise not_ours()
    return seq
