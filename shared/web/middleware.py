"""Middleware, pure ASGI: a trace for each request, and its count and duration by route."""

from __future__ import annotations

import time
from functools import lru_cache

from prometheus_client import Counter, Histogram
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared.telemetry.trace import enter_trace

_REQUESTS = Counter("http_requests_total", "Requests answered.", ["method", "route", "status"])
_SECONDS = Histogram(
    "http_request_seconds",
    "Time from the request's head to its answer's end.",
    ["route"],
    buckets=(0.002, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10),
)


class Observe:
    """Continues or begins the caller's trace, and measures."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        incoming = next((v for k, v in scope["headers"] if k == b"traceparent"), None)
        enter_trace(incoming.decode("latin-1") if incoming else None)
        began, status = time.perf_counter(), 500

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
            await send(message)

        try:
            await self._app(scope, receive, noting)
        finally:
            # The template, never the path: a path could hold a reference, and each would make a series of its own.
            route = getattr(scope.get("route"), "path", "unmatched")
            _count(scope["method"], route, status).inc()
            _clock(route).observe(time.perf_counter() - began)


@lru_cache(1024)
def _count(method: str, route: str, status: int) -> Counter:
    return _REQUESTS.labels(method, route, status)


@lru_cache(256)
def _clock(route: str) -> Histogram:
    return _SECONDS.labels(route)
