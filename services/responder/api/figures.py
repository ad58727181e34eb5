"""`/v1/figures`: what became of the complaints that were received in a time, as JSON or as CSV."""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Annotated, Any, Final, Literal
from zoneinfo import available_timezones

from fastapi import APIRouter, Depends, Query, Request, Response

from services.responder.api.answers import json_answer
from services.responder.api.figure_shapes import FiguresShape
from services.responder.api.figures_csv import as_csv, wants_csv
from services.responder.api.inputs import Code, Instant
from services.responder.api.parts import parts
from services.responder.domain.cohort import DIMENSIONS, MOST_GROUPS, Cohort, Dimension, Period
from services.responder.store.figures import TooLong, TooManyGroups, UnknownZone
from services.responder.usecases.figures import Told
from shared.web.access import require
from shared.web.problems import Problem

routes = APIRouter(tags=["figures"], dependencies=[Depends(require("ops:read"))])

LATELY: Final = timedelta(days=30)
_CSV: Final = {
    "schema": {"type": "string", "description": "a row a group; the columns are the JSON's names joined by `_`"}
}


@routes.get(
    "/v1/figures",
    response_model=FiguresShape,
    responses={
        200: {"description": "The figures, and whose they are.", "content": {"text/csv": _CSV}},
        503: {"description": "Other figures are being counted, or the storage does not answer; ask again."},
    },
)
async def figures(
    request: Request,
    since: Annotated[
        Instant | None, Query(alias="from", description="received at or after; left out: 30 days before `to`")
    ] = None,
    until: Annotated[Instant | None, Query(alias="to", description="received before; left out: now")] = None,
    by: Annotated[
        list[Dimension], Query(max_length=len(DIMENSIONS), description="what complaints are told apart by")
    ] = [],  # noqa: B006 - FastAPI copies it
    period: Annotated[Period | None, Query(description="told apart by when they were received, too")] = None,
    zone: Annotated[Code, Query(description="the time zone whose days, weeks and months these are")] = "UTC",
    queue: Annotated[Code | None, Query()] = None,
    channel: Annotated[Code | None, Query()] = None,
    category: Annotated[Code | None, Query()] = None,
    policy: Annotated[Code | None, Query()] = None,
    severity: Annotated[Code | None, Query()] = None,
    language: Annotated[Code | None, Query()] = None,
    state: Annotated[
        Literal["open"] | None,
        Query(description="only what is open now; `from` left out then means: since the beginning"),
    ] = None,
    format_: Annotated[
        Literal["json", "csv"] | None, Query(alias="format", description="left out: what `Accept` prefers")
    ] = None,
) -> Response:
    """The figures of complaint teams, for the complaints received from `from` up to, but not including, `to`.

    Each figure is of that cohort as it stands now, whenever what it counts happened; `cohort.words` says so in the
    answer. Durations run from receipt and are told as percentiles, in seconds and in the unit that the policy promises
    in; what has not happened yet is counted apart (`unanswered`) and is in no percentile. Shares are percent of what
    stands beside them, and null where that is 0. What each figure means: docs/how-to/read-the-figures.md. 422 also when
    there are more than 1,000 groups, or when counting takes longer than it may: ask for less time or fewer groups.
    """
    at = parts(request)
    now = at.clock.now()
    until = until or now
    if since is None and state is None:
        since = until - LATELY
    given = {"queue": queue, "channel": channel, "category": category}
    given |= {"policy": policy, "severity": severity, "language": language}
    cohort = Cohort(
        since=since,
        until=until,
        by=tuple(by),
        period=period,
        zone=zone,
        only={name: value for name in DIMENSIONS if (value := given[name]) is not None},
        open_only=state == "open",
    )
    _check(cohort)
    told = await _told(request, cohort, now=now)
    if format_ == "csv" or (format_ is None and wants_csv(request.headers.get("accept", ""))):
        return Response(as_csv(told), media_type="text/csv", headers={"Vary": "Accept", **_as_file()})
    answer = json_answer(_shown(told))
    answer.headers["Vary"] = "Accept"
    return answer


async def _told(request: Request, cohort: Cohort, *, now: datetime) -> Told:
    at = parts(request)
    try:
        return await at.figures.of(cohort, now=now)
    except TooManyGroups:
        detail = f"there would be more than {MOST_GROUPS:,} groups: ask for fewer, longer periods or a shorter time"
        raise Problem(status=422, detail=detail, errors=[("query:by", "leave something out")]) from None
    except TooLong:
        detail = f"counting takes longer than the {at.figures.within_s:g} seconds that it may: ask for a shorter time"
        raise Problem(status=422, detail=detail, errors=[("query:from", "move it nearer to `to`")]) from None
    except UnknownZone:
        raise _unknown_zone() from None


def _shown(told: Told) -> dict[str, Any]:
    cohort = told.cohort
    return {
        "at": told.at,
        "cohort": {
            "words": cohort.in_words(now=told.at),
            "received_from": cohort.since,
            "received_until": cohort.until,
            "by": cohort.by,
            "period": cohort.period,
            "zone": cohort.zone,
            "only": cohort.only,
            "open_only": cohort.open_only,
        },
        "total": told.total,
        "groups": told.groups,
    }


def _check(cohort: Cohort) -> None:
    errors = []
    if cohort.since is not None and cohort.since >= cohort.until:
        errors.append(("query:from", "must lie before `to`"))
    if len(set(cohort.by)) < len(cohort.by):
        errors.append(("query:by", "names something twice"))
    if errors:
        raise Problem(status=422, detail="one or more fields are not as documented", errors=errors)
    if cohort.zone not in _zones():
        raise _unknown_zone()


def _unknown_zone() -> Problem:
    errors = [("query:zone", "is no time zone; write one like `Europe/Rome`")]
    return Problem(status=422, detail="one or more fields are not as documented", errors=errors)


def _as_file() -> dict[str, str]:
    return {"Content-Disposition": 'attachment; filename="figures.csv"'}


@cache
def _zones() -> frozenset[str]:
    return frozenset(available_timezones())
