"""Vendors' APIs that answer like Meta, Twilio and a webhook's receiver, keep what they are given, and send nothing."""

from __future__ import annotations

import json
import secrets
from typing import Any
from urllib.parse import parse_qsl

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse

from deploy.standins.kept import Kept
from shared.clock import Clock

_SAYS_WHAT_IT_IS = {"x-stand-in": "kept here, sent to nobody"}


def vendor_routes(*, kept: Kept, clock: Clock) -> APIRouter:
    """Return the routes of all vendors: the path tells which of them is meant."""
    routes = APIRouter()

    @routes.post("/{path:path}")
    async def take(path: str, request: Request) -> JSONResponse:
        fields = _fields(await request.body(), request.headers.get("content-type", ""))
        vendor, recipient, text, answer = _understood(path, fields)
        kept.keep(at=clock.now(), by=vendor, recipient=recipient, text=text, details={"path": f"/{path}"})
        return JSONResponse(answer, headers=_SAYS_WHAT_IT_IS)

    @routes.get("/{path:path}")
    async def look(path: str) -> JSONResponse:
        # What a connection check asks for: the vendor's own view of a number, a page or an account.
        answer = {"id": path.rpartition("/")[2].removesuffix(".json"), "name": "stand-in", "status": "active"}
        return JSONResponse(answer, headers=_SAYS_WHAT_IT_IS)

    return routes


def _fields(body: bytes, media_type: str) -> dict[str, Any]:
    if "urlencoded" in media_type:
        return dict(parse_qsl(body.decode(errors="replace")))
    try:
        found = json.loads(body or b"{}")
    except ValueError:
        return {"body": body.decode(errors="replace")}
    return found if isinstance(found, dict) else {"body": found}


def _understood(path: str, fields: dict[str, Any]) -> tuple[str, str, str, dict[str, Any]]:
    match path.split("/"):
        case [*_, "Messages.json"]:
            sid = f"SM{secrets.token_hex(16)}"
            return "SMS (Twilio)", str(fields.get("To", "")), str(fields.get("Body", "")), _twilio(sid, fields)
        case [*_, comment, "comments"]:
            return "Facebook", f"comment {comment}", _text(fields), {"id": f"{comment}_{secrets.randbelow(10**9)}"}
        case [*_, "messages"]:
            return "WhatsApp (Meta)", str(_recipient(fields)), _text(fields), _meta(fields)
        case _:
            return "webhook", f"/{path}", _text(fields), {"accepted": True}


def _recipient(fields: dict[str, Any]) -> Any:
    recipient = fields.get("to") or fields.get("recipient") or ""
    return recipient.get("id", recipient) if isinstance(recipient, dict) else recipient


def _text(fields: dict[str, Any]) -> str:
    for name in ("text", "message", "body"):
        found = fields.get(name)
        if isinstance(found, dict):
            found = found.get("body") or found.get("text")
        if isinstance(found, str):
            return found
    return json.dumps(fields, ensure_ascii=False, indent=1)


def _meta(fields: dict[str, Any]) -> dict[str, Any]:
    recipient = _recipient(fields)
    return {
        "messaging_product": "whatsapp",
        "contacts": [{"input": recipient, "wa_id": recipient}],
        "messages": [{"id": f"wamid.{secrets.token_hex(12)}"}],
        "recipient_id": recipient,
        "message_id": f"m_{secrets.token_hex(12)}",
    }


def _twilio(sid: str, fields: dict[str, Any]) -> dict[str, Any]:
    return {"sid": sid, "status": "queued", "to": fields.get("To"), "from": fields.get("From"), "error_code": None}
