"""ingest's own pages, rendered on the server."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

_FOLDER = Path(__file__).parent / "templates"
_LANGUAGES = ("it", "en")
_pages = Environment(loader=FileSystemLoader(_FOLDER), autoescape=True, undefined=StrictUndefined)

SAFE_HEADERS = {
    # No script but our own, no frame around us, no address of ours told to others: a reference stands in it.
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'self' 'unsafe-inline'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "X-Content-Type-Options": "nosniff",
    "Cache-Control": "no-store",
}


def customer_language(request: Request, among: tuple[str, ...] = _LANGUAGES) -> str:
    """Return the language asked for by `?lang=` or else by the browser, the first we have otherwise."""
    asked = request.query_params.get("lang")
    if asked in among:
        return str(asked)
    for part in request.headers.get("accept-language", "").split(","):
        language = part.partition(";")[0].strip()[:2].lower()
        if language in among:
            return language
    return among[0]


def render(template: str, request: Request, *, language: str, status: int = 200, **values: Any) -> HTMLResponse:
    """Return a page in the customer's language."""
    root = request.scope.get("root_path", "")
    text = _pages.get_template(template).render(
        language=language, root=root, **{"told": None, "asked": False, **values}
    )
    return HTMLResponse(text, status, SAFE_HEADERS)
