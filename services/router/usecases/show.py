"""Shows complaints: the list that an agent searches, and one of them whole."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy import RowMapping
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.router.store import showing
from services.router.store.incidents import incidents_of
from services.router.store.searching import Sought, search, sizes
from services.router.store.traces import work_of
from services.router.usecases.incidents import shown as incidents_shown
from services.router.usecases.naming import named_in
from services.router.usecases.refusals import NotFound
from shared.contracts.parts import Attachment, BlobRef
from shared.contracts.received import MessageReceived
from shared.rulebook.load import Rulebook

_SIZES_HOLD_S = 3.0
_SENDER = ("name", "email", "phone", "handle", "customer_id", "verified", "internal", "reach")
_MESSAGE = (
    "message_id", "provider_message_id", "account", "channel", "received_at", "sent_at", "subject", "full_text",
    "automatic", "public", "language", "order_reference", "outcome_sought", "metadata", "notes",
)  # fmt: skip
_COMPLAINT = (
    "reference", "complaint_id", "state", "ended_at", "account", "channel", "received_at", "queue", "playbook",
    "policy", "priority", "category", "subcategory", "severity", "language", "segment", "internal", "automatic",
    "outcome_sought", "bounced",
)  # fmt: skip


class Shower:
    """Reads complaints for people and for the other services; `root_path` stands before the addresses of files."""

    def __init__(self, *, engine: AsyncEngine, rulebook: Callable[[], Rulebook | None], root_path: str = "") -> None:
        """Show what is stored; the rulebook, once there is one, says what the numbers in it are."""
        self._engine = engine
        self._rulebook = rulebook
        self._root_path = root_path.rstrip("/")
        self._sizes: tuple[float, Mapping[str, int]] | None = None

    async def listed(
        self, sought: Sought, *, after: tuple[datetime, UUID] | None, limit: int
    ) -> Sequence[dict[str, Any]]:
        """Return complaints, newest first."""
        async with self._engine.connect() as connection:
            return await search(connection, sought, after=after, limit=limit)

    async def sizes(self) -> Mapping[str, int]:
        """Return how many open complaints each queue holds, or held a few seconds ago: they are counted one by one."""
        known, now = self._sizes, time.monotonic()
        if known is None or now - known[0] > _SIZES_HOLD_S:
            async with self._engine.connect() as connection:
                known = self._sizes = (now, await sizes(connection))
        return known[1]

    async def whole(self, reference: str) -> dict[str, Any]:
        """Return a complaint with all that was said and decided; `NotFound` when there is none."""
        async with self._engine.connect() as connection:
            complaint = await _complaint(connection, reference)
            complaint_id = complaint["complaint_id"]
            party, points = await showing.party_of(connection, complaint["party_id"])
            decision = await showing.decision_of(connection, complaint_id, complaint["decision"])
            shown = {name: complaint[name] for name in _COMPLAINT}
            messages = await self._messages(connection, complaint)
            return shown | {
                "party": {"party_id": party["party_id"], "name": party["name"], "internal": party["internal"],
                          "contact_points": [dict(p) for p in points]},
                "decision": msgspec.json.decode(decision),
                "messages": messages,
                "entities": named_in(
                    ((m["subject"], m["text"]) for m in messages),
                    language=complaint["language"], rulebook=self._rulebook(),
                ),
                "links": [link_shown(row, complaint_id) for row in await showing.links_of(connection, complaint_id)],
                "work": [dict(row) for row in await work_of(connection, complaint_id)],
                "incidents": await incidents_shown(connection, await incidents_of(connection, complaint_id)),
                "transfers": [dict(row) for row in await showing.transfers_of(connection, complaint_id)],
                "corrections": [dict(row) for row in await showing.corrections_of(connection, complaint_id)],
            }  # fmt: skip

    async def filed_in(self, message_id: UUID) -> str:
        """Return the reference of the complaint that a message was filed in; `NotFound` when it was not filed yet."""
        async with self._engine.connect() as connection:
            reference = await showing.filed_in(connection, message_id)
        if reference is None:
            raise NotFound("no message with this id was filed")
        return reference

    async def attachment(self, reference: str, attachment_id: UUID) -> Attachment:
        """Return what is known of a file of a complaint; `NotFound` when it has no such file."""
        for message in await self._said(reference):
            for attachment in message.attachments:
                if attachment.attachment_id == attachment_id:
                    return attachment
        raise NotFound("the complaint has no such attachment")

    async def whole_text(self, reference: str, message_id: UUID) -> BlobRef:
        """Return where the whole of a long message stands; `NotFound` when the message is short or is not there."""
        for message in await self._said(reference):
            if message.message_id == message_id and message.whole is not None:
                return message.whole
        raise NotFound("the complaint has no such message, or its text is whole in the complaint")

    async def _said(self, reference: str) -> list[MessageReceived]:
        async with self._engine.connect() as connection:
            complaint = await _complaint(connection, reference)
            rows = await showing.messages_of(connection, complaint["complaint_id"])
        return [msgspec.json.decode(row["content"], type=MessageReceived) for row in rows]

    async def _messages(self, connection: AsyncConnection, complaint: RowMapping) -> list[dict[str, Any]]:
        rows = await showing.messages_of(connection, complaint["complaint_id"])
        changes: dict[UUID, list[RowMapping]] = {}
        for change in await showing.changes_of(connection, [row["message_id"] for row in rows]):
            changes.setdefault(change["message_id"], []).append(change)
        base = f"{self._root_path}/v1/complaints/{complaint['reference']}"
        return [_message(row, changes.get(row["message_id"], []), base=base) for row in rows]


async def _complaint(connection: AsyncConnection, reference: str) -> RowMapping:
    complaint = await showing.complaint_by(connection, reference)
    if complaint is None:
        raise NotFound("no complaint has this reference")
    return complaint


def link_shown(row: RowMapping, complaint_id: UUID) -> dict[str, Any]:
    """Return a link as the complaint at one of its ends shows it."""
    shown = {name: row[name] for name in ("link_id", "state", "evidence", "suggested_at", "settled_at", "settled_by")}
    return shown | {"reference": row["reference"], "suggested_by_other": row["complaint_id"] != complaint_id}


def _message(row: RowMapping, changes: Sequence[RowMapping], *, base: str) -> dict[str, Any]:
    message = msgspec.json.decode(row["content"], type=MessageReceived)
    edits = [(c["at"], msgspec.json.decode(c["content"], type=MessageReceived)) for c in changes if c["kind"] == "edit"]
    removed = [c["at"] for c in changes if c["kind"] == "removal"]
    shown = {name: getattr(message, name) for name in _MESSAGE}
    whole = message.whole and {"size_bytes": message.whole.size_bytes, "url": f"{base}/messages/{message.message_id}"}
    return shown | {
        "text": edits[-1][1].text if edits else message.text,
        "whole": whole,
        "joined_by": row["joined_by"],
        "sender": {name: getattr(message.sender, name) for name in _SENDER},
        "attachments": [_attachment(a, base=base) for a in message.attachments],
        "versions": _versions(message, edits),
        "edited_at": edits[-1][0] if edits else None,
        "removed_at": removed[-1] if removed else None,
    }


def _versions(message: MessageReceived, edits: Sequence[tuple[datetime, MessageReceived]]) -> list[dict[str, Any]]:
    """Return every text that the message had, first to last; nothing for one that was never edited."""
    first = {"at": message.sent_at or message.received_at, "text": message.text}
    return [first, *({"at": at, "text": edit.text} for at, edit in edits)] if edits else []


def _attachment(attachment: Attachment, *, base: str) -> dict[str, Any]:
    return {
        "attachment_id": attachment.attachment_id,
        "name": attachment.name,
        "media_type": attachment.media_type,
        "size_bytes": attachment.blob.size_bytes if attachment.blob else attachment.size_bytes,
        "sha256": attachment.blob.sha256 if attachment.blob else None,
        "inline": attachment.inline,
        "note": attachment.note,
        "url": f"{base}/attachments/{attachment.attachment_id}",
    }
