"""H: a bare HTTP route. Starlette reads the body and answers 202, nothing else."""

from __future__ import annotations

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


async def take(request: Request) -> Response:
    """Answer 202 once the body has come."""
    await request.body()
    return Response(status_code=202)


app = Starlette(routes=[Route("/complaints", take, methods=["POST"])])
