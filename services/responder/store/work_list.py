"""The work list: complaints in the order of their next due date, through a cursor that is stable under inserts."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Select, Text, literal_column, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.store.instants import known, or_never
from services.responder.store.tables import work

_SHOWN = (
    "complaint_id", "reference", "state", "account", "channel", "received_at", "queue", "playbook", "policy",
    "priority", "category", "subcategory", "severity", "language", "segment", "owner", "acknowledgement_state",
    "at_risk", "breached", "next_due_at",
)  # fmt: skip
# Few are withheld, so few snapshots are opened for it.
_WHY_WITHHELD = literal_column(
    "CASE WHEN acknowledgement_state = 'withheld' THEN "
    "convert_from(snapshot, 'UTF8')::json #>> '{acknowledgement,reason}' END",
    Text,
).label("why_withheld")


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """What a reader of the list asks for; what is None does not matter."""

    queue: str | None = None
    state: str | None = None
    owner: str | None = None
    account: str | None = None
    due_before: datetime | None = None
    unassigned: bool = False


Place = tuple[datetime | None, UUID]
"""The due date and the id of the last complaint that was seen."""


async def read(
    connection: AsyncConnection, wanted: Wanted, *, after: Place | None, limit: int
) -> tuple[list[dict[str, Any]], Place | None]:
    """Return the next complaints, the earliest due first, and the place to go on from if there are more."""
    statement = _filtered(wanted).order_by(work.c.next_due_at, work.c.complaint_id).limit(limit + 1)
    if after is not None:
        statement = statement.where(
            tuple_(work.c.next_due_at, work.c.complaint_id) > tuple_(or_never(after[0]), after[1])
        )
    rows = (await connection.execute(statement)).all()
    items = [_item(row._mapping) for row in rows[:limit]]
    last = items[-1] if len(rows) > limit else None
    return items, (last["due_at"], last["complaint_id"]) if last else None


def _filtered(wanted: Wanted) -> Select[Any]:
    statement = select(*(work.c[name] for name in _SHOWN), _WHY_WITHHELD)
    for name in ("queue", "state", "owner", "account"):
        value = getattr(wanted, name)
        if value is not None:
            statement = statement.where(work.c[name] == value)
    if wanted.due_before is not None:
        statement = statement.where(work.c.next_due_at < wanted.due_before)
    if wanted.unassigned:
        statement = statement.where(work.c.owner.is_(None))
    return statement


def _item(row: Any) -> dict[str, Any]:
    item = {name: row[name] for name in _SHOWN if name not in ("next_due_at", "acknowledgement_state")}
    told = {"state": row["acknowledgement_state"], "reason": row["why_withheld"]}
    return item | {"due_at": known(row["next_due_at"]), "acknowledgement": told}
