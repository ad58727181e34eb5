"""`/v1/complaints/{reference}/clocks/{kind}/explain`: why a promise is due when it is."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from pydantic import BaseModel, Field

from services.responder.api.answers import json_answer
from services.responder.api.inputs import Code, Reference
from services.responder.api.parts import parts
from services.responder.api.shapes import ClockState
from services.responder.domain.explaining import Days, Ends, HolidaySet, Move
from services.responder.domain.intervals import Interval
from shared.rulebook.allowance import Unit
from shared.rulebook.happenings import Evidence
from shared.web.access import require

routes = APIRouter(tags=["complaints"], dependencies=[Depends(require("complaints:read"))])

Kind = Annotated[Code, Path(description="a clock of the complaint, such as `resolve`")]


class ExplanationShape(BaseModel):
    """The way of a clock from its start to its due instant, in its present round.

    `intervals` follow one another without a gap from `started_at` to `due_at`; `reasons` say the same in sentences,
    with days and times local to `zone`. `computed_due_at` is what the rulebook at hand makes of the start and the
    allowance; where nothing moved the date and it differs, `promise_stands`.
    """

    kind: str
    state: ClockState
    round: int
    started_by: str = Field(description="the kind of the entry that started it")
    policy: str
    source: str
    source_says: str
    note: str
    evidence: Evidence
    evidence_says: str
    unverified: bool
    starts_at: str
    started_at: datetime
    allowance: str
    unit: Unit
    due_at: datetime
    computed_due_at: datetime
    promise_stands: bool
    calendar: str
    calendar_title: str
    zone: str
    ends: Ends
    days: Days | None
    intervals: list[Interval]
    counted_days: int | None
    counted_seconds: int | None
    holiday_sets: list[HolidaySet]
    moves: list[Move]
    reasons: list[str]


_UNKNOWN: dict[int | str, dict[str, str]] = {
    404: {"description": "No complaint has this reference, or it has no such clock: `detail` names those it has."}
}


@routes.get(
    "/v1/complaints/{reference}/clocks/{kind}/explain", response_model=ExplanationShape, responses=_UNKNOWN
)  # fmt: skip
async def explain(reference: Reference, kind: Kind, request: Request) -> Response:
    """Why a clock is due when it is: what counted, what did not and why, and every move of its date."""
    at = parts(request)
    return json_answer(await at.reader.explanation(reference, kind, now=at.clock.now()))
