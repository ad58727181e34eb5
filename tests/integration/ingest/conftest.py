"""A running ingest on a real database; what it announces stays in its outbox, to be looked at."""

from __future__ import annotations

import base64
from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import msgspec
import pytest
from fastapi import FastAPI
from sqlalchemy import text
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine
from sqlalchemy.pool import NullPool

from services.ingest.app import build, with_hot_lane
from services.ingest.settings import IngestSettings
from shared.contracts.received import MessageReceived

HOUSE_KEY = base64.b64encode(bytes(range(32))).decode()


@dataclass(frozen=True)
class RunningIngest:
    """An ingest under test."""

    app: FastAPI
    http: httpx.AsyncClient
    engine: AsyncEngine
    settings: IngestSettings
    key: dict[str, str]

    async def connect(self, account: str, channel: str, settings: dict[str, Any], secrets: dict[str, Any]) -> None:
        """Connect an account."""
        body = {"channel": channel, "title": account, "settings": settings, "secrets": secrets}
        answer = await self.http.put(f"/v1/accounts/{account}", json=body, headers=self.key)
        assert answer.status_code == 201, answer.text

    async def announced(self) -> list[MessageReceived]:
        """Return what waits in the outbox, in order."""
        async with self.engine.connect() as connection:
            rows = await connection.execute(text("SELECT body FROM ingest.outbox ORDER BY seq"))
            return [msgspec.json.decode(row.body, type=MessageReceived) for row in rows]

    async def balance(self, account: str) -> dict[str, int]:
        """Return the account's books, which must balance whatever happened."""
        answer = await self.http.get("/v1/balance", params={"account": account}, headers=self.key)
        counts: dict[str, int] = answer.json()
        assert counts["received"] == sum(n for kind, n in counts.items() if kind != "received")
        return counts


@pytest.fixture
async def ingest(database_url: str, tmp_path: Path) -> AsyncIterator[RunningIngest]:
    """An ingest without a broker in reach: taking complaints in must not need one."""
    settings = IngestSettings(
        database_url=database_url,
        kafka_bootstrap_servers="127.0.0.1:1",
        house_key=HOUSE_KEY,
        blob_url=f"file:{tmp_path}/blobs",
        smtp_port=0,
        allow_private_targets=True,
        form_posts_per_minute=1000,
    )
    app = build(settings)
    engine = create_async_engine(settings.async_url, poolclass=NullPool)
    async with app.router.lifespan_context(app):
        transport = httpx.ASGITransport(app=with_hot_lane(app, root_path=""), raise_app_exceptions=False)
        async with httpx.AsyncClient(transport=transport, base_url="http://ingest.test") as http:
            made = await http.post(
                "/v1/keys",
                json={"label": "tests", "scopes": _ALL_SCOPES},
                headers={"Authorization": f"Bearer {settings.service_token}"},
            )
            key = {"Authorization": f"Bearer {made.json()['key']}"}
            yield RunningIngest(app=app, http=http, engine=engine, settings=settings, key=key)
    await engine.dispose()


_ALL_SCOPES = [
    "complaints:write", "complaints:read", "complaints:act",
    "accounts:admin", "deliveries:admin", "rulebook:admin", "webhooks:admin", "ops:read",
]  # fmt: skip
