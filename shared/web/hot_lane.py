"""A hot route's shorter way: served before the framework, which describes it and serves everything else.

FastAPI takes each request through telemetry, a limit, three layers for exceptions, two exit stacks and all routes that
stand before its own; for a delivery that is a third of the whole cost. What a caller sees is the same either way.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from typing import Final, cast

from fastapi import FastAPI, Request, Response
from starlette.types import ASGIApp, Receive, Scope, Send

from shared.web.middleware import Observe

Endpoint = Callable[[str, Request], Awaitable[Response]]
"""Answers a request; the first argument is the one part of the path that differs."""

_MARK: Final = "ascolto.hot_lane"


class HotLane:
    """Serves one method of one path with one parameter, written as FastAPI writes it; the rest goes to `app`."""

    def __init__(self, app: FastAPI, *, method: str, path: str, endpoint: Endpoint) -> None:
        self._app = app
        self._method = method
        self.path = path
        self._before, _, rest = path.partition("{")
        self._after = rest.partition("}")[2]
        self._endpoint = endpoint
        self._observed: ASGIApp = Observe(self._serve)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request, or hand it on."""
        name = self._name_in(scope) if scope["type"] == "http" and scope["method"] == self._method else ""
        if not name:
            await self._app(scope, receive, send)
            return
        scope["app"], scope["route"], scope[_MARK] = self._app, self, name
        await self._observed(scope, receive, send)

    def _name_in(self, scope: Scope) -> str:
        path: str = scope["path"]
        if not (path.startswith(self._before) and path.endswith(self._after)):
            return ""
        name = path[len(self._before) : len(path) - len(self._after)]
        return "" if "/" in name else name

    async def _serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        request = Request(scope, receive)
        try:
            response = await self._endpoint(scope[_MARK], request)
        except Exception as error:  # noqa: BLE001 - sorted by the handlers of the application
            response = await self._refusal(request, error)
        await response(scope, receive, send)

    async def _refusal(self, request: Request, error: Exception) -> Response:
        handlers = self._app.exception_handlers
        handler = next(handlers[kind] for kind in type(error).__mro__ if kind in handlers)
        return await cast("Awaitable[Response]", handler(request, error))
