"""One trace from the caller's request through every topic to the message that leaves, for whoever looks for a delay."""

from __future__ import annotations

import json
import secrets
from typing import Any

import httpx
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from shared.contracts.progress import ComplaintProgress
from shared.contracts.received import MessageReceived
from shared.contracts.routed import ComplaintRouted
from shared.messaging.records import Record
from tests.journey.doors import COMPLAINT, Porch
from tests.journey.topics import events, events_of
from tests.support.house import House
from tests.support.waiting import outside_loop, until


def test_the_callers_trace_is_in_every_event_and_in_the_log_of_the_send(porch: Porch, responder: httpx.Client) -> None:
    house, trace = porch.house, secrets.token_hex(16)
    headers = {"Idempotency-Key": trace, "traceparent": f"00-{trace}-{secrets.token_hex(8)}-01"}
    body = {"text": COMPLAINT, "contact": {"email": f"tess-{trace[:6]}@example.test"}}
    filed = porch.ingest.post("/v1/complaints", json=body, headers=headers).json()
    until("acknowledged", lambda: _acknowledged(responder, filed["reference"]), within_s=30)

    received = [e for e in events(house, MessageReceived.TOPIC) if filed["complaint_id"].encode() in e.body]
    routed = events_of(house, ComplaintRouted.TOPIC, filed["complaint_id"])
    told = until("told", lambda: _told(house, filed["complaint_id"]))
    assert [len(received), len(routed)] == [1, 1]
    assert {_trace_of(event) for event in (*received, *routed, *told)} == {trace}

    [(outbound_id, traceparent)] = outside_loop(_outbound(house, filed["complaint_id"]))
    assert traceparent.split("-")[1] == trace
    [line] = [line for line in _log(house) if line.get("outbound_id") == str(outbound_id)]
    assert (line["message"], line["outcome"], line["trace_id"]) == (
        "a message was handed to its channel", "sent", trace,
    )  # fmt: skip


def _acknowledged(responder: httpx.Client, reference: str) -> bool:
    answer = responder.get(f"/v1/complaints/{reference}")
    return answer.status_code == 200 and answer.json()["acknowledgement"]["state"] == "sent"


def _told(house: House, complaint_id: str) -> list[Record]:
    found = events_of(house, ComplaintProgress.TOPIC, complaint_id)
    return found if any(b'"acknowledged"' in event.body for event in found) else []


def _trace_of(event: Record) -> str | None:
    return event.traceparent.split("-")[1] if event.traceparent else None


def _log(house: House) -> list[dict[str, Any]]:
    return [json.loads(line) for line in house.log("responder").splitlines() if line.startswith("{")]


async def _outbound(house: House, complaint_id: str) -> list[tuple[Any, ...]]:
    engine = create_async_engine(f"postgresql+asyncpg://{house.database_url.partition('://')[2]}", poolclass=NullPool)
    statement = text("SELECT outbound_id, traceparent FROM responder.outbound WHERE complaint_id = :complaint")
    async with engine.connect() as connection:
        rows = (await connection.execute(statement, {"complaint": complaint_id})).all()
    await engine.dispose()
    return [tuple(row) for row in rows]
