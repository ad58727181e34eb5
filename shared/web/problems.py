"""Errors as RFC 9457 problem+json: what, where, how to mend; never a secret, never the caller's own text."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from http import HTTPStatus

import msgspec
from fastapi import FastAPI, Request, Response
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from shared.faults import TryLater

PROBLEM_TYPE = "application/problem+json"
RETRY_AFTER_S = 2
_TITLES = {
    413: "Request Entity Too Large",
    422: "Unprocessable Entity",
}
"""Python 3.13 calls these otherwise, and what a caller is told must not hang on the Python that we run on."""


class Problem(Exception):
    """A refusal with its reason; `errors` are (JSON pointer, what to mend)."""

    def __init__(
        self,
        *,
        status: int,
        title: str | None = None,
        detail: str,
        errors: Sequence[tuple[str, str]] = (),
        headers: Mapping[str, str] | None = None,
        kind: str | None = None,
    ) -> None:
        super().__init__(detail)
        self.status = status
        self.title = title or _TITLES.get(status) or HTTPStatus(status).phrase
        self.detail = detail
        self.errors = tuple(errors)
        self.headers = dict(headers or {})
        self.kind = kind or self.title.lower().replace(" ", "-").replace("'", "")


def as_body(problem: Problem) -> dict[str, object]:
    """Return the problem as its JSON object."""
    body: dict[str, object] = {
        "type": f"/docs/errors#{problem.kind}",
        "title": problem.title,
        "status": problem.status,
        "detail": problem.detail,
    }
    if problem.errors:
        body["errors"] = [{"pointer": pointer, "detail": detail} for pointer, detail in problem.errors]
    return body


def answer(problem: Problem, *, instance: str) -> Response:
    """Return the problem as a response."""
    body = as_body(problem) | {"instance": instance}
    return Response(msgspec.json.encode(body), problem.status, problem.headers, PROBLEM_TYPE)


def unavailable(detail: str = "the storage does not answer; nothing was stored, send it again") -> Problem:
    """Return the 503 that tells a caller to come again."""
    return Problem(status=503, detail=detail, headers={"Retry-After": str(RETRY_AFTER_S)})


def answer_problems(app: FastAPI) -> None:
    """Make every error of the application a problem+json."""
    app.add_exception_handler(Problem, _problem)
    app.add_exception_handler(HTTPException, _http)
    app.add_exception_handler(RequestValidationError, _invalid)
    app.add_exception_handler(TryLater, _later)


async def _problem(request: Request, error: Exception) -> Response:
    assert isinstance(error, Problem)  # noqa: S101
    return answer(error, instance=request.url.path)


async def _later(request: Request, error: Exception) -> Response:  # noqa: ARG001
    return answer(unavailable(), instance=request.url.path)


async def _http(request: Request, error: Exception) -> Response:
    assert isinstance(error, HTTPException)  # noqa: S101
    if isinstance(error.__cause__, Problem):  # FastAPI wraps whatever ends the reading of a body into a 400
        return answer(error.__cause__, instance=request.url.path)
    detail = HTTPStatus(error.status_code).description or error.detail
    problem = Problem(status=error.status_code, detail=detail, headers=error.headers)
    return answer(problem, instance=request.url.path)


async def _invalid(request: Request, error: Exception) -> Response:
    assert isinstance(error, RequestValidationError)  # noqa: S101
    errors = [(_pointer(e["loc"]), e["msg"]) for e in error.errors()]
    malformed = any(e["type"] == "json_invalid" for e in error.errors())
    problem = Problem(
        status=400 if malformed else 422,
        detail="the body is not JSON" if malformed else "one or more fields are not as documented",
        errors=errors,
    )
    return answer(problem, instance=request.url.path)


def _pointer(location: Sequence[str | int]) -> str:
    where, *path = location
    escaped = (str(part).replace("~", "~0").replace("/", "~1") for part in path)
    return "/" + "/".join(escaped) if where == "body" else f"{where}:" + "/".join(map(str, path))
