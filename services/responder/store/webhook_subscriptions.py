"""Subscriptions as rows; their secrets, sealed, are read apart."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import datetime
from typing import Any
from uuid import UUID

import msgspec
from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.domain.webhooks import Subscription
from services.responder.store.sql import fetch, fetch_one, run

_NAMES = tuple(field.name for field in fields(Subscription))
_TABLE = "responder.webhook_subscriptions"
_HEALTH = {
    "state": "text",
    "paused_reason": "text",
    "paused_detail": "text",
    "paused_at": "timestamptz",
    "failures": "integer",
    "failing_since": "timestamptz",
    "last_success_at": "timestamptz",
    "last_failure_at": "timestamptz",
    "last_cause": "text",
    "gate_until": "timestamptz",
    "asked_until": "timestamptz",
}
_SELECT = f"SELECT {', '.join(_NAMES)} FROM {_TABLE}"  # noqa: S608 - names of columns


async def add(connection: AsyncConnection, subscription: Subscription, *, sealed_secrets: bytes) -> None:
    """Keep a new subscription."""
    places = ", ".join(f"${n}" for n in range(1, len(_NAMES) + 2))
    await run(
        connection,
        f"INSERT INTO responder.webhook_subscriptions ({', '.join(_NAMES)}, sealed_secrets) VALUES ({places})",  # noqa: S608
        (*_values(subscription), sealed_secrets),
    )


async def find(connection: AsyncConnection, subscription: UUID, *, lock: bool = False) -> Subscription | None:
    """Return one subscription, its row locked where it is to be changed."""
    locked = " FOR UPDATE" if lock else ""
    row = await fetch_one(connection, f"{_SELECT} WHERE subscription_id = $1{locked}", (subscription,))
    return _read(row) if row else None


async def lock(connection: AsyncConnection, subscriptions: Sequence[UUID]) -> dict[UUID, Subscription]:
    """Return those of the subscriptions that are there, their rows locked in one order for all."""
    rows = await fetch(
        connection,
        f"{_SELECT} WHERE subscription_id = ANY($1::uuid[]) ORDER BY subscription_id FOR UPDATE",
        (list(subscriptions),),
    )
    return {row[0]: _read(row) for row in rows}


async def save(connection: AsyncConnection, subscription: Subscription) -> None:
    """Store a subscription as it is now; its secrets stay as they are."""
    changed = ", ".join(f"{name} = ${n}" for n, name in enumerate(_NAMES[1:], 2))
    await run(
        connection,
        f"UPDATE responder.webhook_subscriptions SET {changed} WHERE subscription_id = $1",  # noqa: S608
        _values(subscription),
    )


async def save_health(connection: AsyncConnection, subscriptions: Sequence[Subscription]) -> None:
    """Store how it goes with subscriptions, all in one statement; what somebody asked for stays as it is."""
    if not subscriptions:
        return
    places = ", ".join(f"${n}::{kind}[]" for n, kind in enumerate(_HEALTH.values(), 2))
    changed = ", ".join(f"{name} = given.{name}" for name in _HEALTH)
    await run(
        connection,
        f"""
        UPDATE {_TABLE} AS s SET {changed}
        FROM unnest($1::uuid[], {places}) AS given (subscription_id, {", ".join(_HEALTH)})
        WHERE s.subscription_id = given.subscription_id
        """,  # noqa: S608 - names of columns
        (
            [one.subscription_id for one in subscriptions],
            *([getattr(one, name) for one in subscriptions] for name in _HEALTH),
        ),
    )


async def everything(connection: AsyncConnection) -> list[Subscription]:
    """Return all of them, paused ones too: what happens meanwhile waits for those."""
    return [_read(row) for row in await fetch(connection, f"{_SELECT} ORDER BY created_at, subscription_id")]


async def page(
    connection: AsyncConnection, *, state: str | None, after: tuple[datetime, UUID] | None, limit: int
) -> list[Subscription]:
    """Return the next subscriptions, oldest first."""
    rows = await fetch(
        connection,
        f"""
        {_SELECT} WHERE ($1::text IS NULL OR state = $1)
            AND ($2::timestamptz IS NULL OR (created_at, subscription_id) > ($2, $3))
        ORDER BY created_at, subscription_id LIMIT $4
        """,
        (state, after[0] if after else None, after[1] if after else None, limit),
    )
    return [_read(row) for row in rows]


async def wanted(connection: AsyncConnection) -> tuple[bool, bool]:
    """Tell whether anybody is to be told of anything, and whether anybody wants what people wrote."""
    row = await fetch_one(connection, f"SELECT count(*) > 0, coalesce(bool_or(narrative), false) FROM {_TABLE}")  # noqa: S608
    return row[0], row[1]


async def sealed_secrets(connection: AsyncConnection, subscriptions: Sequence[UUID]) -> dict[UUID, bytes]:
    """Return the secrets of those subscriptions that are there, sealed."""
    sql = f"SELECT subscription_id, sealed_secrets FROM {_TABLE} WHERE subscription_id = ANY($1::uuid[])"  # noqa: S608
    return {row[0]: row[1] for row in await fetch(connection, sql, (list(subscriptions),))}


async def save_secrets(
    connection: AsyncConnection, subscription: UUID, *, sealed: bytes, previous_until: datetime | None
) -> None:
    """Replace the secrets; `previous_until` is how long the second of them counts."""
    await run(
        connection,
        f"UPDATE {_TABLE} SET sealed_secrets = $2, previous_secret_until = $3 WHERE subscription_id = $1",  # noqa: S608
        (subscription, sealed, previous_until),
    )


async def remove(connection: AsyncConnection, subscription: UUID) -> bool:
    """Forget a subscription and its secrets; what was on its way is cleaned away later."""
    row = await fetch_one(
        connection,
        f"DELETE FROM {_TABLE} WHERE subscription_id = $1 RETURNING 1",  # noqa: S608
        (subscription,),
    )
    return row is not None


async def states(connection: AsyncConnection) -> dict[str, int]:
    """Return how many subscriptions are in each state."""
    sql = f"SELECT coalesce(paused_reason, state), count(*) FROM {_TABLE} GROUP BY 1"  # noqa: S608
    return {row[0]: row[1] for row in await fetch(connection, sql)}


def _values(subscription: Subscription) -> tuple[Any, ...]:
    values = {name: getattr(subscription, name) for name in _NAMES}
    values["events"] = list(subscription.events)
    values["filters"] = msgspec.json.encode(subscription.filters).decode()
    return tuple(values.values())


def _read(row: Any) -> Subscription:
    values = dict(zip(_NAMES, row, strict=True))
    values["events"] = tuple(values["events"])
    values["filters"] = {name: tuple(codes) for name, codes in values["filters"].items()}
    return Subscription(**values)
