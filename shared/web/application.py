"""The application that all three services are: the same health, metrics, errors and access."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager

import asyncpg
import msgspec
from fastapi import APIRouter, FastAPI, Request, Response
from fastapi.responses import PlainTextResponse
from prometheus_client import CONTENT_TYPE_LATEST, generate_latest
from sqlalchemy.exc import SQLAlchemyError

from shared.web.bodies import CapBodies
from shared.web.database import is_out_of_reach
from shared.web.documented_problems import document_problems
from shared.web.middleware import Observe
from shared.web.prefix import BehindPrefix
from shared.web.problems import Problem, answer, answer_problems, unavailable

logger = logging.getLogger(__name__)

Check = Callable[[], Awaitable[str | None]]
"""A readiness check: None when the part answers, else what is wrong, in words."""

_CHECK_S = 2.0
_PARTS: dict[str, object] = {"content": {"application/json": {}}}
Lifespan = Callable[[FastAPI], AbstractAsyncContextManager[None]]


def new_application(
    *,
    title: str,
    description: str,
    root_path: str,
    routers: Sequence[APIRouter],
    lifespan: Lifespan,
    readiness: Mapping[str, Check],
) -> FastAPI:
    """Return the application; its lifespan must set `app.state.access` before requests come.

    `root_path` is the prefix under which a proxy serves it.
    """
    app = FastAPI(
        title=title,
        description=description,
        version="1",
        lifespan=lifespan,
        # A call with a trailing slash too many is a 404 that says so, not a redirect that loses the body.
        redirect_slashes=False,
    )
    app.add_middleware(CapBodies)
    app.add_middleware(Observe)
    if prefix := root_path.strip("/"):
        app.add_middleware(BehindPrefix, prefix=f"/{prefix}")
    answer_problems(app)
    document_problems(app)
    for kind in (SQLAlchemyError, asyncpg.PostgresError, asyncpg.InterfaceError, OSError, Exception):
        # Named one by one because what only `Exception` catches is also raised again, into the server's own log.
        app.add_exception_handler(kind, _defect)
    for routes in routers:
        app.include_router(routes)
    app.include_router(_health(readiness))
    return app


def _health(readiness: Mapping[str, Check]) -> APIRouter:
    routes = APIRouter(tags=["health"])

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        """The process lives."""
        return {"status": "alive"}

    @routes.get("/readyz", responses={503: _PARTS | {"description": "A part does not answer; the body says which."}})
    async def readyz() -> Response:
        """Each part answers, or this says which does not."""
        parts = dict(zip(readiness, await asyncio.gather(*map(_asked, readiness.values())), strict=True))
        ready = all(trouble is None for trouble in parts.values())
        body = {"ready": ready, "parts": {name: trouble or "ok" for name, trouble in parts.items()}}
        return Response(msgspec.json.encode(body), 200 if ready else 503, media_type="application/json")

    @routes.get("/metrics", response_class=PlainTextResponse)
    async def metrics() -> Response:
        """Prometheus metrics."""
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST)

    return routes


async def _asked(check: Check) -> str | None:
    try:
        async with asyncio.timeout(_CHECK_S):
            return await check()
    except TimeoutError:
        return f"no answer within {_CHECK_S:g} s"
    except Exception as error:  # noqa: BLE001 - readiness tells of any trouble, it does not have one
        return type(error).__name__


async def _defect(request: Request, error: Exception) -> Response:
    if is_out_of_reach(error):
        logger.warning("the storage does not answer", extra={"error_type": type(error).__name__})
        return answer(unavailable(), instance=request.url.path)
    logger.error("a request met a defect", exc_info=error)
    problem = Problem(status=500, detail="this is a defect of ours; it was logged and counted")
    return answer(problem, instance=request.url.path)
