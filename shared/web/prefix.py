"""A service behind a proxy that serves it under a prefix."""

from __future__ import annotations

from starlette.types import ASGIApp, Receive, Scope, Send


class BehindPrefix:
    """Lets every path begin with the prefix, whether the proxy took it off or left it on.

    The service's own paths stay as they are; what it tells of itself (pages, redirects, documents, `instance`) has the
    prefix. FastAPI's own `root_path` said one thing to its pages and another to its routes, and is going away.
    """

    def __init__(self, app: ASGIApp, *, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request; whoever handles its failure further out sees the same paths."""
        if scope["type"] in ("http", "websocket"):
            scope["root_path"] = self._prefix
            if not (scope["path"] + "/").startswith(self._prefix + "/"):
                scope["path"] = self._prefix + scope["path"]
        await self._app(scope, receive, send)
