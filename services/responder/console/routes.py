"""Serves the console's pages and files; what they show they ask from `/v1`, with the session's API key."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Annotated, Any

from fastapi import APIRouter, Form, Query, Request, Response
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined
from pydantic import Field

from services.responder.console.vocabulary import vocabulary
from services.responder.usecases.key_labels import KeyLabels
from shared.text import STORABLE
from shared.web.access import Access, authorize, identify
from shared.web.problems import Problem
from shared.web.rates import Rates

routes = APIRouter(include_in_schema=False)

KeyIds = Annotated[list[Annotated[str, Field(max_length=64, pattern=STORABLE)]], Query(max_length=200)]

_FOLDER = Path(__file__).parent
_TYPES = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
_HEADERS = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'self'; frame-ancestors 'none'",
    "Referrer-Policy": "same-origin",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}
_pages = Environment(loader=FileSystemLoader(_FOLDER / "pages"), autoescape=True, undefined=StrictUndefined)
_login_rates = Rates(per_minute=20)


@routes.get("/")
async def queues(request: Request) -> Response:
    """Queue health, live."""
    return await _page(request, "queues.html", here="queues")


@routes.get("/work")
async def work(request: Request) -> Response:
    """The work list, earliest due first."""
    return await _page(request, "work.html", here="work")


@routes.get("/figures")
async def figures(request: Request) -> Response:
    """What became of the complaints of a time."""
    return await _page(request, "figures.html", here="figures")


@routes.get("/complaints/{reference}")
async def complaint(reference: str, request: Request) -> Response:
    """One complaint with its timeline."""
    return await _page(request, "complaint.html", here="work", reference=reference.upper())


@routes.get("/login")
async def login_page(request: Request) -> Response:
    """Ask for an API key."""
    return _rendered(request, "login.html", here="login", refused=False)


@routes.post("/login")
async def login(request: Request, key: Annotated[str, Form(max_length=400)] = "") -> Response:
    """Begin a session for an API key that is known."""
    _login_rates.spend(request.client.host if request.client else "")
    access: Access = request.app.state.access
    if access.sessions is None or await access.keys.principal(key.strip()) is None:
        return _rendered(request, "login.html", status=401, here="login", refused=True)
    response = RedirectResponse(f"{_root(request)}/", 303)
    access.sessions.begin(response, request, key=key.strip(), now=access.clock.now())
    return response


@routes.post("/logout")
async def logout(request: Request) -> Response:
    """End the session."""
    response = RedirectResponse(f"{_root(request)}/login", 303)
    access: Access = request.app.state.access
    if access.sessions is not None:
        access.sessions.end(response)
    return response


@routes.get("/console/names")
async def names(request: Request, key: KeyIds) -> Response:
    """The labels of API keys that stand in a ledger, for a reader of complaints."""
    await authorize(request, "complaints:read")
    labels: KeyLabels = request.app.state.parts.key_labels
    return JSONResponse(await labels.of(set(key)), headers={"Cache-Control": "no-store"})


@routes.get("/console/{name}")
async def file(name: str) -> Response:
    """A file that the pages use."""
    found = _files().get(name)
    if found is None:
        raise Problem(status=404, detail="the console has no such file")
    content, media_type = found
    return Response(
        content, headers={"Cache-Control": "no-cache", "X-Content-Type-Options": "nosniff"}, media_type=media_type
    )


async def _page(request: Request, template: str, **values: Any) -> Response:
    try:
        await identify(request)
    except Problem as problem:
        if problem.status != 401:
            raise
        return RedirectResponse(f"{_root(request)}/login", 303)
    return _rendered(request, template, **values)


def _rendered(request: Request, template: str, *, status: int = 200, **values: Any) -> HTMLResponse:
    words = vocabulary(request.app.state.promises.rulebook)
    text = _pages.get_template(template).render(root=_root(request), vocabulary=words, **values)
    return HTMLResponse(text, status, _HEADERS)


def _root(request: Request) -> str:
    return str(request.scope.get("root_path", ""))


@cache
def _files() -> dict[str, tuple[bytes, str]]:
    return {f.name: (f.read_bytes(), _TYPES[f.suffix]) for f in (_FOLDER / "static").iterdir() if f.suffix in _TYPES}
