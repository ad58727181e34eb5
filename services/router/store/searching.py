"""Finds complaints by what an agent asks for, newest first."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Select, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.router.store.tables import complaints, message_words
from shared.ids import REFERENCE_ALPHABET, REFERENCE_LENGTH


@dataclass(frozen=True, slots=True, kw_only=True)
class Sought:
    """What is asked for; None asks for nothing. `since` is included, `until` is not."""

    queue: str | None = None
    category: str | None = None
    severity: str | None = None
    language: str | None = None
    channel: str | None = None
    account: str | None = None
    state: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    words: str | None = None


_EQUAL = ("queue", "category", "severity", "language", "channel", "account", "state")
_SHOWN = (
    "complaint_id", "reference", "account", "channel", "received_at", "state", "ended_at", "queue", "playbook",
    "priority", "policy", "category", "subcategory", "severity", "language", "segment", "internal", "automatic",
    "outcome_sought", "transfers", "bounced",
)  # fmt: skip


async def search(
    connection: AsyncConnection, sought: Sought, *, after: tuple[datetime, UUID] | None, limit: int
) -> list[dict[str, Any]]:
    """Return complaints, newest first; `after` is (received_at, complaint_id) of the last one seen."""
    query = select(*(complaints.c[name] for name in _SHOWN)).where(*_conditions(sought))
    if after is not None:
        query = query.where(tuple_(complaints.c.received_at, complaints.c.complaint_id) < after)
    query = query.order_by(complaints.c.received_at.desc(), complaints.c.complaint_id.desc()).limit(limit)
    return [dict(row) for row in (await connection.execute(query)).mappings()]


async def sizes(connection: AsyncConnection) -> Mapping[str, int]:
    """Return how many open complaints each queue holds, those that wait for the customer included."""
    rows = await connection.exec_driver_sql("""
        SELECT queue, count(*) AS open FROM router.complaints
        WHERE state IN ('open', 'waiting_for_customer') GROUP BY queue
    """)
    return {row.queue: row.open for row in rows}


def _conditions(sought: Sought) -> list[ColumnElement[bool]]:
    c = complaints.c
    conditions = [c[name] == value for name in _EQUAL if (value := getattr(sought, name)) is not None]
    if sought.since is not None:
        conditions.append(c.received_at >= sought.since)
    if sought.until is not None:
        conditions.append(c.received_at < sought.until)
    if sought.words is not None:
        conditions.append(_said(sought.words))
    return conditions


def _said(words: str) -> ColumnElement[bool]:
    """A reference finds its complaint; anything else finds what was said."""
    code = words.strip().upper()
    if len(code) == REFERENCE_LENGTH and set(code) <= set(REFERENCE_ALPHABET):
        return (complaints.c.reference == code) | complaints.c.complaint_id.in_(_matching(words))
    return complaints.c.complaint_id.in_(_matching(words))


def _matching(words: str) -> Select[UUID]:
    asked = func.websearch_to_tsquery("simple", words)
    return select(message_words.c.complaint_id).where(message_words.c.words.op("@@")(asked))
