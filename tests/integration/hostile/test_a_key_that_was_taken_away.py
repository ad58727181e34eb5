"""A key lies nowhere as it was handed out, and once taken away it opens no service any more."""

from __future__ import annotations

import asyncpg
import httpx

from tests.support.house import House
from tests.support.waiting import outside_loop, until

DOORS = {"ingest": "/v1/accounts", "router": "/v1/queues", "responder": "/v1/queue-health"}


def _answers(house: House, key: str) -> set[int]:
    """Return what the three services say to a key."""
    headers = {"Authorization": f"Bearer {key}"}
    return {
        httpx.get(house.services.url(service) + path, headers=headers, timeout=20, trust_env=False).status_code
        for service, path in DOORS.items()
    }


def test_a_revoked_key_soon_opens_nothing(fortress: House, ingest: httpx.Client) -> None:
    scopes = ["accounts:admin", "complaints:read", "ops:read"]
    made = ingest.post("/v1/keys", json={"label": "leaver", "scopes": scopes}).json()
    assert _answers(fortress, made["key"]) == {200}
    assert ingest.delete(f"/v1/keys/{made['key_id']}").status_code == 204
    until("refused everywhere", lambda: _answers(fortress, made["key"]) == {401}, within_s=12)


def test_the_secret_of_a_key_is_not_stored(fortress: House, ingest: httpx.Client) -> None:
    made = ingest.post("/v1/keys", json={"label": "stored", "scopes": ["ops:read"]}).json()
    secret = made["key"].split("_", 2)[2]
    kept = outside_loop(_stored(fortress, made["key_id"]))
    assert len(kept) > 3
    assert not any(secret.encode() in value for value in kept)


async def _stored(house: House, key_id: str) -> list[bytes]:
    connection = await asyncpg.connect(house.database_url)
    try:
        [row] = await connection.fetch("SELECT * FROM ingest.api_keys WHERE key_id = $1", key_id)
    finally:
        await connection.close()
    return [value if isinstance(value, bytes) else str(value).encode() for value in row.values()]
