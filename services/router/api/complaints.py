"""`/v1/complaints`: search, read, and fetch what came with them."""

from __future__ import annotations

from typing import Annotated, Any, Literal
from urllib.parse import quote
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from services.router.api.instants import Instant
from services.router.api.parts import parts, told
from services.router.store.searching import Sought
from shared.ids import REFERENCE_LENGTH
from shared.text import STORABLE
from shared.web.access import require
from shared.web.lists import DEFAULT_LIMIT, After, Limit, following, page, place

routes = APIRouter(tags=["complaints"], dependencies=[Depends(require("complaints:read"))])

Reference = Annotated[
    str,
    Path(max_length=64, pattern="^[A-Za-z0-9]*$", description=f"the {REFERENCE_LENGTH} characters that people quote"),
]
_BYTES: dict[int | str, dict[str, object]] = {200: {"content": {"application/octet-stream": {}}}}
Filter = Annotated[str | None, Query(max_length=100, pattern=STORABLE)]


@routes.get("/v1/complaints")
async def list_complaints(
    request: Request,
    queue: Filter = None,
    category: Filter = None,
    severity: Annotated[Literal["S1", "S2", "S3", "S4"] | None, Query()] = None,
    language: Filter = None,
    channel: Filter = None,
    account: Filter = None,
    state: Annotated[Literal["open", "waiting_for_customer", "resolved", "closed"] | None, Query()] = None,
    since: Annotated[Instant | None, Query(alias="from", description="received at or after")] = None,
    until: Annotated[Instant | None, Query(alias="to", description="received before")] = None,
    q: Annotated[
        str | None,
        Query(
            min_length=1,
            max_length=200,
            pattern=STORABLE,
            description="words that were said (all of them), or a reference",
        ),
    ] = None,
    cursor: After = None,
    limit: Limit = DEFAULT_LIMIT,
) -> dict[str, Any]:
    """Complaints, newest first. Words are searchable some seconds after they came."""
    sought = Sought(
        queue=queue, category=category, severity=severity, language=language, channel=channel, account=account,
        state=state, since=since, until=until, words=q,
    )  # fmt: skip
    after = place(cursor) if cursor else None
    found = await parts(request).shower.listed(sought, after=after, limit=limit + 1)
    last = found[limit - 1] if len(found) > limit else None
    next_cursor = following(last["received_at"], last["complaint_id"]) if last else None
    return page(found[:limit], next_cursor=next_cursor)


@routes.get("/v1/complaints/{reference}")
async def get_complaint(reference: Reference, request: Request) -> dict[str, Any]:
    """A complaint whole: its messages in order, its party, its links, its decision and who moved it.

    `entities` are what its messages name, each by `kind` (order, tracking, amount, date, product, phone, iban, card,
    tax_code) and `value`; of those that are `masked` only the last characters are told.
    """
    with told():
        return await parts(request).shower.whole(reference.upper())


@routes.get("/v1/complaints/{reference}/attachments/{attachment_id}", response_class=Response, responses=_BYTES)
async def get_attachment(reference: Reference, attachment_id: UUID, request: Request) -> Response:
    """An attachment's bytes, sent as a file: they are anybody's, so no browser is to run them."""
    with told():
        attachment, content = await parts(request).files.attachment(reference.upper(), attachment_id)
    return _file(content, name=attachment.name)


@routes.get("/v1/complaints/{reference}/messages/{message_id}", response_class=Response, responses=_BYTES)
async def get_long_text(reference: Reference, message_id: UUID, request: Request) -> Response:
    """The whole text of a message that was too long to be shown in the complaint."""
    with told():
        content = await parts(request).files.whole_text(reference.upper(), message_id)
    return _file(content, name=f"{message_id}.txt")


def _file(content: bytes, *, name: str) -> Response:
    plain = "".join(c if c.isascii() and (c.isalnum() or c in " .-_") else "_" for c in name)[:120]
    disposition = (
        f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name.encode('utf-8', 'replace'), safe='')}"
    )
    headers = {
        "Content-Disposition": disposition,
        "X-Content-Type-Options": "nosniff",
        "Content-Security-Policy": "sandbox; default-src 'none'",
        "Cache-Control": "private, no-store",
    }
    return Response(content, headers=headers, media_type="application/octet-stream")
