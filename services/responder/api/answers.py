"""Answers as JSON; refusals of the domain as problems."""

from __future__ import annotations

from typing import Any

import msgspec
from fastapi import FastAPI, Request, Response

from services.responder.domain.refusal import Refused
from services.responder.usecases.act import NoSuchComplaint
from services.responder.usecases.complaint_view import NoSuchClock
from services.responder.usecases.figures import TooManyQuestions
from services.responder.usecases.live_health import TooManyReaders
from shared.web.problems import Problem, answer


def json_answer(body: Any, *, status: int = 200) -> Response:
    """Return the body as JSON: instants with `Z`, ids as text, without a second validation on the way out."""
    return Response(msgspec.json.encode(body), status, media_type="application/json")


def answer_refusals(app: FastAPI) -> None:
    """Make what commands refuse a problem+json."""
    app.add_exception_handler(Refused, _refused)
    app.add_exception_handler(NoSuchComplaint, _unknown)
    app.add_exception_handler(NoSuchClock, _no_clock)
    app.add_exception_handler(TooManyReaders, _full)
    app.add_exception_handler(TooManyQuestions, _busy)


async def _refused(request: Request, error: Exception) -> Response:
    assert isinstance(error, Refused)  # noqa: S101
    problem = Problem(status=error.status, title=error.title, detail=error.detail, errors=error.errors)
    return answer(problem, instance=request.url.path)


async def _unknown(request: Request, error: Exception) -> Response:  # noqa: ARG001
    return answer(Problem(status=404, detail="no complaint has this reference"), instance=request.url.path)


async def _no_clock(request: Request, error: Exception) -> Response:
    assert isinstance(error, NoSuchClock)  # noqa: S101
    detail = f"the complaint has no such clock, or it has not started; it has {', '.join(sorted(error.known))}"
    return answer(Problem(status=404, detail=detail), instance=request.url.path)


async def _full(request: Request, error: Exception) -> Response:  # noqa: ARG001
    problem = Problem(status=503, detail="too many streams are open here", headers={"Retry-After": "30"})
    return answer(problem, instance=request.url.path)


async def _busy(request: Request, error: Exception) -> Response:  # noqa: ARG001
    detail = "other figures are being counted; ask again when they are done"
    return answer(Problem(status=503, detail=detail, headers={"Retry-After": "10"}), instance=request.url.path)
