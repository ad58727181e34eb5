"""The clocks as rows, for whoever asks in SQL; they are what the fold of the timeline says."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy.ext.asyncio import AsyncConnection

from services.responder.domain.clock import Clock
from services.responder.store.sql import run


async def save(connection: AsyncConnection, clocks: Sequence[tuple[UUID, Clock]]) -> None:
    """Store each clock as it stands now."""
    if not clocks:
        return
    await run(
        connection,
        """
        INSERT INTO responder.clocks (complaint_id, kind, state, started_at, due_at, at_risk_at, stopped_at, at_risk,
                                      allowance, policy, source)
        SELECT * FROM unnest($1::uuid[], $2::text[], $3::text[], $4::timestamptz[], $5::timestamptz[],
                             $6::timestamptz[], $7::timestamptz[], $8::boolean[], $9::text[], $10::text[], $11::text[])
        ON CONFLICT (complaint_id, kind) DO UPDATE SET
            state = excluded.state, started_at = excluded.started_at, due_at = excluded.due_at,
            at_risk_at = excluded.at_risk_at, stopped_at = excluded.stopped_at, at_risk = excluded.at_risk,
            allowance = excluded.allowance, policy = excluded.policy, source = excluded.source
        """,
        (
            [complaint for complaint, _ in clocks],
            [clock.kind for _, clock in clocks],
            [clock.state for _, clock in clocks],
            [clock.started_at for _, clock in clocks],
            [clock.due_at for _, clock in clocks],
            [clock.at_risk_at for _, clock in clocks],
            [clock.stopped_at for _, clock in clocks],
            [clock.at_risk for _, clock in clocks],
            [clock.allowance for _, clock in clocks],
            [clock.policy for _, clock in clocks],
            [clock.source for _, clock in clocks],
        ),
    )
