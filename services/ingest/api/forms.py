"""`/forms/{account}`: the web form, rendered here, without JavaScript."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.ingest.api.pages import SAFE_HEADERS
from services.ingest.api.parts import Parts, parts
from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryInvalid
from shared.channels.web_form import pages
from shared.web.bodies import read_body
from shared.web.problems import Problem

routes = APIRouter(tags=["forms"], default_response_class=HTMLResponse)

_PAGES = {
    200: {"description": "The page.", "content": {"text/html": {}}},
    404: {"description": "No such form."},
    422: {"description": "The form again, filled in, saying what to mend.", "content": {"text/html": {}}},
    429: {"description": "Too many from this address; `Retry-After` says when to come again."},
}


@routes.get("/forms/{account}", responses=_PAGES)  # type: ignore[arg-type]
async def show_form(account: str, request: Request) -> HTMLResponse:
    """The empty form."""
    at = parts(request)
    form = await _form(at, account)
    language = _language(form, request)
    return _page(pages.render_form(form, language=language, action=_action(request, account)))


@routes.post("/forms/{account}", responses=_PAGES)  # type: ignore[arg-type]
async def take_form(account: str, request: Request) -> HTMLResponse:
    """File what was written, and tell the reference; what cannot be filed comes back filled in."""
    at = parts(request)
    form = await _form(at, account)
    at.form_rates.spend(f"{account}:{request.client.host if request.client else ''}")
    receives = at.deliveries.receives(form)
    delivery = Delivery(
        account=account,
        received_at=at.clock.now(),
        headers={"content-type": request.headers.get("content-type", "")},
        query=request.url.query,
        body=await read_body(request, limit=receives.body_limit if receives else 0),
    )
    language = _language(form, request)
    try:
        taken = await at.deliveries.take(delivery, form)
    except DeliveryInvalid as error:
        page = pages.render_form(
            form, language=language, action=_action(request, account), delivery=delivery, errors=error.errors
        )
        return _page(page, status=422)
    reference = next((f.event.reference for f in taken.parcel.filings), None)
    token = at.status.token(reference) if reference else None
    root = request.scope.get("root_path", "")
    return _page(pages.render_thanks(form, language=language, reference=reference, token=token, root=root))


async def _form(at: Parts, account: str) -> Account:
    form = await at.directory.find(account)
    if form is None or form.channel != "web_form" or not form.enabled:
        raise Problem(status=404, detail="no form has this name")
    return form


def _language(form: Account, request: Request) -> str:
    return pages.language_of(
        form, asked=request.query_params.get("lang"), header=request.headers.get("accept-language")
    )


def _action(request: Request, account: str) -> str:
    return f"{request.scope.get('root_path', '')}/forms/{account}"


def _page(text: str, *, status: int = 200) -> HTMLResponse:
    return HTMLResponse(text, status, SAFE_HEADERS)
