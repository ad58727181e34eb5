"""kill -9 around a call to another system: nothing is lost, and what is told twice comes under one id."""

from __future__ import annotations

import asyncio
import signal
from uuid import uuid4

import httpx
import msgspec
import pytest
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from services.responder.domain.webhooks import Subscription
from services.responder.settings import ResponderSettings
from services.responder.store import webhook_events, webhook_subscriptions
from services.responder.store.webhook_events import WebhookEvent
from services.responder.usecases import webhook_secrets
from shared.clock import SystemClock
from shared.contracts.webhooks import TEST, SubscriptionTestWebhook, SubscriptionUnderTest
from shared.sealing import Sealer
from tests.integration.responder.endpoints import SECRET, endpoints
from tests.integration.responder.neighbours import API_KEY
from tests.integration.responder.process import responder_process
from tests.integration.responder.running import until

pytestmark = pytest.mark.timeout(300)  # a process is up in 3 s alone, and in half a minute on a machine that is full


async def _kept(settings: ResponderSettings, url: str) -> str:
    """Keep a subscription and an event that nobody has been told of yet; return the subscription's id."""
    now, name, event = SystemClock().now(), uuid4(), uuid4()
    body = SubscriptionTestWebhook(
        type=TEST, timestamp=now, data=SubscriptionUnderTest(event_id=event, subscription_id=name, title="crm")
    )  # fmt: skip
    engine = create_async_engine(settings.async_url, poolclass=NullPool)
    async with engine.begin() as connection:
        await webhook_subscriptions.add(
            connection,
            Subscription(subscription_id=name, title="crm", url=url, created_at=now, created_by="test"),
            sealed_secrets=webhook_secrets.seal(Sealer(settings.key), name, [SECRET]),
        )
        told = WebhookEvent(
            event_id=event,
            subject_id=uuid4(),
            sequence=1,
            type="complaint.opened",
            at=now,
            created_at=now,
            body=msgspec.json.encode(body),
        )
        await webhook_events.add(connection, [told])
    await engine.dispose()
    return str(name)


@pytest.mark.parametrize(
    ("fault", "calls"), [pytest.param("webhook-before", 1, marks=pytest.mark.chaos), ("webhook-after", 2)]
)
async def test_what_was_in_hand_is_told_by_the_next_process_under_the_same_id(
    settings: ResponderSettings, fault: str, calls: int
) -> None:
    async with endpoints() as others:
        name = await _kept(settings, f"{others.url}/crm")
        async with responder_process(settings, fault=fault) as (doomed, _):
            assert await asyncio.wait_for(doomed.wait(), timeout=60) == -signal.SIGKILL
        assert len(others.heard["crm"]) == calls - 1
        headers = {"Authorization": f"Bearer {API_KEY}"}
        async with responder_process(settings) as (_, url), httpx.AsyncClient(base_url=url, headers=headers) as http:

            async def told() -> bool:
                try:
                    answer = await http.get(f"/v1/webhooks/{name}/notifications?state=delivered")
                except httpx.TransportError:
                    return False
                return answer.status_code == 200 and len(answer.json()["items"]) == 1

            await until("told by the next process", told, within_s=90)
        assert len(others.heard["crm"]) == calls
        assert len({heard.id for heard in others.heard["crm"]}) == 1
        for heard in others.heard["crm"]:
            heard.verify()
