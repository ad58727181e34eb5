"""`/v1/channels/{account}/deliveries`: every vendor's webhook, and its handshake."""

from __future__ import annotations

from fastapi import APIRouter, Request, Response

from services.ingest.api.parts import Parts, parts
from shared.channel.account import Account
from shared.channel.delivery import Answer, Delivery
from shared.channel.errors import DeliveryForged, DeliveryInvalid
from shared.channel.port import Receives
from shared.web.access import authorize
from shared.web.bodies import read_body
from shared.web.problems import Problem

routes = APIRouter(tags=["deliveries"])

PATH = "/v1/channels/{account}/deliveries"

_ANSWERS: dict[int | str, dict[str, object]] = {
    200: {
        "description": "Committed: filed, known already, counted, or kept in quarantine; the body the vendor wants.",
        "content": {"*/*": {}},
    },
    401: {"description": "Not proven to come from the vendor, or too old."},
    404: {"description": "No such account, or it is disabled, or its channel takes nothing in here."},
    413: {"description": "Larger than this channel takes."},
    422: {"description": "The sender can mend it; `errors` say how."},
    503: {"description": "Not stored; send it again after `Retry-After` seconds."},
}


@routes.post(PATH, response_class=Response, responses=_ANSWERS)
async def take_delivery(account: str, request: Request) -> Response:
    """Take one delivery of a vendor. 2xx means that it is committed."""
    at = parts(request)
    known, receives = await _served(at, account)
    if receives.access == "api_key":
        await authorize(request, "complaints:write")
    delivery = await _delivery(at, account, request, limit=receives.body_limit)
    try:
        taken = await at.deliveries.take(delivery, known)
    except DeliveryForged as error:
        raise _forged(error) from None
    except DeliveryInvalid as error:
        raise Problem(status=422, detail="the delivery cannot be filed as it is", errors=error.errors) from None
    return _response(taken.answer)


@routes.get(PATH, response_class=Response, responses=_ANSWERS)
async def shake_hands(account: str, request: Request) -> Response:
    """Answer the vendor's handshake."""
    return await _handshake(account, request)


@routes.options(PATH, response_class=Response, responses=_ANSWERS)
async def say_who_may_deliver(account: str, request: Request) -> Response:
    """Answer a sender of CloudEvents that asks whether it may deliver here."""
    return await _handshake(account, request)


async def _handshake(account: str, request: Request) -> Response:
    at = parts(request)
    known, receives = await _served(at, account)
    delivery = await _delivery(at, account, request, limit=0)
    try:
        return _response(receives.handshake(delivery, known))
    except DeliveryForged as error:
        raise _forged(error) from None


async def _served(at: Parts, account: str) -> tuple[Account, Receives]:
    known = await at.directory.find(account)
    receives = at.deliveries.receives(known) if known and known.enabled else None
    if known is None or receives is None:
        raise Problem(status=404, detail="no account of this name takes deliveries here")
    return known, receives


async def _delivery(at: Parts, account: str, request: Request, *, limit: int) -> Delivery:
    headers: dict[str, str] = {}
    for raw_name, raw_value in request.scope["headers"]:
        name, value = raw_name.decode("latin-1"), raw_value.decode("latin-1")
        headers[name] = f"{headers[name]}, {value}" if name in headers else value
    return Delivery(
        account=account,
        received_at=at.clock.now(),
        method=request.method,
        query=request.scope["query_string"].decode("latin-1"),
        headers=headers,
        body=await read_body(request, limit=limit),
    )


def _forged(error: DeliveryForged) -> Problem:
    return Problem(status=401, title="Not proven", detail=str(error))


def _response(answer: Answer) -> Response:
    return Response(answer.body, answer.status, media_type=answer.media_type, headers=dict(answer.headers))
