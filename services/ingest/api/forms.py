"""`/forms/{account}`: the web form, rendered here, without JavaScript."""

from __future__ import annotations

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse

from services.ingest.api.pages import SAFE_HEADERS
from services.ingest.api.parts import Parts, parts
from services.ingest.usecases.take_delivery import Taken
from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryInvalid
from shared.channels.web_form import rendering
from shared.channels.web_form.bodies import FormUnreadable, read_form
from shared.channels.web_form.inbound import HONEYPOT
from shared.web.bodies import read_body
from shared.web.problems import Problem

routes = APIRouter(tags=["forms"], default_response_class=HTMLResponse)

_HTML: dict[str, object] = {"content": {"text/html": {}}}
_PAGES: dict[int | str, dict[str, object]] = {
    200: {"description": "The page."} | _HTML,
    404: {"description": "No such form."},
    422: {"description": "The form again, filled in, saying what to mend."} | _HTML,
    429: {"description": "Too many from this address; `Retry-After` says when to come again."},
}


@routes.get("/forms/{account}", responses=_PAGES)
async def show_form(account: str, request: Request) -> HTMLResponse:
    """The empty form."""
    form = await _form(parts(request), account)
    page = _page(form, rendering.render_form(form, language=_language(form, request), nonce=rendering.new_nonce()))
    # Who goes back and sends again must send the same page, or one complaint becomes two; nothing personal is on it.
    page.headers["Cache-Control"] = "private, no-cache"
    return page


@routes.post("/forms/{account}", responses=_PAGES)
async def take_form(account: str, request: Request) -> HTMLResponse:
    """File what was written, and tell the reference; what cannot be filed comes back filled in."""
    at = parts(request)
    form = await _form(at, account)
    at.form_rates.spend(f"{account}:{request.client.host if request.client else ''}")
    delivery = await _delivery(at, form, request)
    try:
        taken = await at.deliveries.take(delivery, form)
    except DeliveryInvalid as error:
        return _again(form, request, delivery, errors=error.errors)
    if not taken.parcel.filings and not taken.parcel.quarantined:
        # A robot filled in the hidden field, or a browser did so for a person: who is a person can mend it.
        return _again(form, request, delivery, errors=((f"/{HONEYPOT}", "leave this field empty"),))
    return _thanks(at, form, request, taken)


async def _form(at: Parts, account: str) -> Account:
    form = await at.directory.find(account)
    if form is None or form.channel != "web_form" or not form.enabled:
        raise Problem(status=404, detail="no form has this name")
    return form


async def _delivery(at: Parts, form: Account, request: Request) -> Delivery:
    receives = at.deliveries.receives(form)
    return Delivery(
        account=form.account,
        received_at=at.clock.now(),
        headers={"content-type": request.headers.get("content-type", "")},
        query=request.url.query,
        body=await read_body(request, limit=receives.body_limit if receives else 0),
    )


def _again(form: Account, request: Request, delivery: Delivery, *, errors: tuple[tuple[str, str], ...]) -> HTMLResponse:
    try:
        values = read_form(delivery).values
    except FormUnreadable:
        values = {}
    language = _language(form, request, written=values.get("language"))
    nonce = values.get("submission") or rendering.new_nonce()
    page = rendering.render_form(form, language=language, nonce=nonce, values=values, errors=errors)
    return _page(form, page, status=422)


def _thanks(at: Parts, form: Account, request: Request, taken: Taken) -> HTMLResponse:
    filing = taken.parcel.filings[0] if taken.parcel.filings else None
    if filing is None:
        raise Problem(status=500, detail="what you wrote is kept, and a person will read it; no reference yet")
    event = filing.event
    reference = taken.outcome.filed.get(event.message_id, event.reference)
    page = rendering.render_thanks(
        form,
        language=_language(form, request, written=event.language),
        reference=reference,
        status_token=at.status.token(reference),
        email=event.sender.email,
    )
    return _page(form, page)


def _language(form: Account, request: Request, *, written: str | None = None) -> str:
    asked = request.query_params.get("lang") or written
    return rendering.choose_language(form, asked=asked, accepted=request.headers.get("accept-language", ""))


def _page(form: Account, text: str, *, status: int = 200) -> HTMLResponse:
    return HTMLResponse(text, status, SAFE_HEADERS | {"Content-Security-Policy": rendering.security_policy(form)})
