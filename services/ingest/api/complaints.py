"""`/v1/complaints`: complaints that a client writes itself, alone or in a batch."""

from __future__ import annotations

import asyncio
from datetime import datetime
from typing import Annotated, Any

import msgspec
from fastapi import APIRouter, Header, Request, Response

from services.ingest.api.batches import lines_of
from services.ingest.api.parts import Parts, parts
from services.ingest.usecases.take_complaint import Accepted, KeyReused
from shared.channel.errors import DeliveryInvalid, DeliveryMalformed
from shared.contracts.complaint import WrittenComplaint
from shared.faults import TryLater
from shared.web.access import authorize
from shared.web.bodies import read_body
from shared.web.documented import documented_body
from shared.web.problems import Problem, as_body, unavailable

routes = APIRouter(tags=["complaints"])

_BODY_LIMIT = 40 * 1024 * 1024
_MOST_LINES = 500
_KEY_LENGTH = 255
_JSON = "application/json"


class Accepting(msgspec.Struct, frozen=True, kw_only=True):
    """The answer to a complaint that is committed."""

    complaint_id: str
    reference: str
    status_url: str
    status_token: str
    received_at: datetime


@routes.post(
    "/v1/complaints",
    status_code=202,
    responses={
        202: {"description": "Committed.", "content": {_JSON: {"schema": msgspec.json.schema(Accepting)}}},
        400: {"description": "No Idempotency-Key, or the body is not JSON."},
        422: {"description": "A field is at fault, or the key was used with another body."},
    },
    openapi_extra=documented_body(WrittenComplaint),
)
async def take_complaint(
    request: Request,
    idempotency_key: Annotated[str | None, Header(max_length=_KEY_LENGTH)] = None,
) -> Response:
    """File a complaint. A retry with the same Idempotency-Key gets the same answer, with `Idempotency-Replayed`."""
    at = parts(request)
    principal = await authorize(request, "complaints:write")
    _must_be_json(request)
    if not idempotency_key:
        raise Problem(
            status=400, title="Idempotency-Key missing", detail="name the complaint by an Idempotency-Key of your own"
        )
    body = await read_body(request, limit=_BODY_LIMIT)
    try:
        accepted = await _take(at, body, client=principal.key_id, key=idempotency_key)
    except DeliveryInvalid as error:
        raise _invalid(error) from None
    except KeyReused:
        raise _reused() from None
    replayed = {"Idempotency-Replayed": "true"} if accepted.replayed else {}
    return Response(msgspec.json.encode(_told(at, accepted)), 202, replayed, _JSON)


@routes.post(
    "/v1/complaints/batch",
    responses={200: {"description": "One answer a line, in order: its status, and the answer or the problem."}},
    openapi_extra=documented_body(list[WrittenComplaint], also="application/x-ndjson"),
)
async def take_batch(request: Request) -> Response:
    """File up to 500 complaints, each with its own `idempotency_key`; one that is refused stops no other."""
    at = parts(request)
    principal = await authorize(request, "complaints:write")
    body = await read_body(request, limit=_BODY_LIMIT)
    lines = lines_of(body, ndjson="ndjson" in request.headers.get("content-type", ""))
    if not 0 < len(lines) <= _MOST_LINES:
        raise Problem(status=422, detail=f"a batch holds 1 to {_MOST_LINES} complaints")
    answers = await asyncio.gather(*(_line(at, line, client=principal.key_id) for line in lines))
    return Response(msgspec.json.encode({"items": answers}), 200, media_type=_JSON)


async def _line(at: Parts, line: bytes, *, client: str) -> dict[str, Any]:
    try:
        accepted = await _take(at, line, client=client, key="")
    except DeliveryInvalid as error:
        return _refused(_invalid(error))
    except KeyReused:
        return _refused(_reused())
    except TryLater:
        return _refused(unavailable())
    return {"status": 202, "replayed": accepted.replayed, "answer": _told(at, accepted)}


async def _take(at: Parts, body: bytes, *, client: str, key: str) -> Accepted:
    try:
        return await at.complaints.take(body, client=client, key=key, now=at.clock.now())
    except DeliveryMalformed as error:
        raise DeliveryInvalid((("", str(error)),)) from None


def _told(at: Parts, accepted: Accepted) -> Accepting:
    return Accepting(
        complaint_id=str(accepted.complaint_id),
        reference=accepted.reference,
        status_url=f"{at.public_url}/v1/complaints/{accepted.reference}",
        status_token=accepted.status_token,
        received_at=accepted.received_at,
    )


def _must_be_json(request: Request) -> None:
    media_type = request.headers.get("content-type", _JSON).partition(";")[0].strip().lower()
    if media_type != _JSON and not media_type.endswith("+json"):
        raise Problem(status=415, detail="send the complaint as application/json")


def _invalid(error: DeliveryInvalid) -> Problem:
    if len(error.errors) == 1 and not error.errors[0][0]:
        return Problem(status=400, title="Not a complaint", detail=error.errors[0][1])
    return Problem(status=422, detail="one or more fields are not as documented", errors=error.errors)


def _reused() -> Problem:
    return Problem(
        status=422,
        title="Idempotency-Key reused",
        detail="this Idempotency-Key named another complaint before; give each complaint a key of its own",
    )


def _refused(problem: Problem) -> dict[str, Any]:
    return {"status": problem.status, "problem": as_body(problem)}
