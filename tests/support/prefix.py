"""A proxy's part that matters to a service: it takes a prefix off, and knows nothing beside it."""

from __future__ import annotations

from starlette.responses import PlainTextResponse
from starlette.types import ASGIApp, Receive, Scope, Send


class StripsPrefix:
    """Passes on what stands under the prefix, without it, as nginx does with `proxy_pass http://service/`."""

    def __init__(self, app: ASGIApp, prefix: str) -> None:
        self._app = app
        self._prefix = prefix

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Pass one request on."""
        if scope["type"] == "http":
            if not scope["path"].startswith(f"{self._prefix}/"):
                await PlainTextResponse("not under the prefix", 404)(scope, receive, send)
                return
            path = scope["path"].removeprefix(self._prefix)
            scope = {**scope, "path": path, "raw_path": path.encode()}
        await self._app(scope, receive, send)
