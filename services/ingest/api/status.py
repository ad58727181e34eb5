"""How a complaint stands, for the customer: by reference and token, as JSON and as a page."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import APIRouter, Form, Header, Path, Request
from fastapi.responses import HTMLResponse

from services.ingest.api.pages import customer_language, render
from services.ingest.api.parts import parts
from shared.web.problems import Problem

routes = APIRouter(tags=["status"])

_UNKNOWN: dict[int | str, dict[str, object]] = {
    404: {"description": "The page again: reference and token do not belong together.", "content": {"text/html": {}}}
}

Reference = Annotated[str, Path(pattern="^[A-Za-z0-9]{9}$")]


@routes.get("/v1/complaints/{reference}")
async def complaint_status(
    reference: Reference, request: Request, status_token: Annotated[str | None, Header(max_length=100)] = None
) -> dict[str, Any]:
    """State, what happens next, and dates. Wrong and missing tokens get the same answer as unknown references."""
    told = await parts(request).status.tell(reference, token=status_token or "")
    if told is None:
        raise Problem(status=404, detail="no complaint has this reference and Status-Token")
    return told


@routes.get("/status/{reference}", response_class=HTMLResponse)
async def status_page(reference: Reference, request: Request) -> HTMLResponse:
    """A page that asks for the token; a token in the fragment never reaches a server log."""
    return render("status.html", request, language=customer_language(request), reference=reference.upper())


@routes.post("/status/{reference}", response_class=HTMLResponse, responses=_UNKNOWN)
async def status_shown(
    reference: Reference, request: Request, token: Annotated[str, Form(max_length=100)] = ""
) -> HTMLResponse:
    """The page with the answer."""
    at = parts(request)
    at.form_rates.spend(f"status:{request.client.host if request.client else ''}")
    told = await at.status.tell(reference, token=token.strip())
    return render(
        "status.html",
        request,
        status=200 if told else 404,
        language=customer_language(request),
        reference=reference.upper(),
        told=told,
        asked=True,
    )
