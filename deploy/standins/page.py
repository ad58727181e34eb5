"""The page on which a person sees what was sent."""

from __future__ import annotations

from pathlib import Path

from fastapi import APIRouter
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader

from deploy.standins.kept import Kept

_TEMPLATES = Environment(loader=FileSystemLoader(Path(__file__).parent), autoescape=True)
# Mails from anywhere are shown here: nothing but the page's own script runs and nothing is fetched from elsewhere.
_NOTHING_FOREIGN = {
    "content-security-policy": "default-src 'none'; style-src 'unsafe-inline'; script-src 'self'; connect-src 'self'",
    "cache-control": "no-store",
}


def page_routes(*, kept: Kept) -> APIRouter:
    """Return the page, its script, and the same for programs as JSON."""
    routes = APIRouter()
    template = _TEMPLATES.get_template("sent.html.j2")
    script = (Path(__file__).parent / "sent.js").read_text()

    @routes.get("/", response_class=HTMLResponse)
    async def sent_page() -> HTMLResponse:
        return HTMLResponse(template.render(sent=kept.newest_first()), headers=_NOTHING_FOREIGN)

    @routes.get("/sent.js")
    async def sent_script() -> HTMLResponse:
        return HTMLResponse(script, media_type="text/javascript")

    @routes.get("/sent.json")
    async def sent_json(to: str | None = None) -> dict[str, object]:
        return {"items": [s.as_json() for s in kept.newest_first() if to is None or to in s.recipient]}

    @routes.get("/healthz")
    async def healthz() -> dict[str, str]:
        return {"status": "ok", "what": "stand-ins of Ascolto: nothing leaves this machine"}

    return routes
