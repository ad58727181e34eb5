"""H: a bare HTTP route of the framework that the services are written in: it reads the body and answers 202.

`app` is FastAPI's with `Request`, which is H. `lean` is the same on Starlette alone, told beside it: what H would be in
a house without FastAPI.
"""

from __future__ import annotations

from fastapi import FastAPI
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route


async def take(request: Request) -> Response:
    """Answer 202 once the body has come."""
    await request.body()
    return Response(status_code=202)


app = FastAPI()
app.post("/complaints", status_code=202)(take)
lean = Starlette(routes=[Route("/complaints", take, methods=["POST"])])
