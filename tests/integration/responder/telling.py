"""What a test of webhooks does with a running responder: subscribe, wait, look."""

from __future__ import annotations

from typing import Any

from tests.integration.responder.endpoints import SECRET, Endpoints
from tests.integration.responder.running import RunningResponder, until


async def subscribed(responder: RunningResponder, others: Endpoints, name: str = "crm", **other: Any) -> dict[str, Any]:
    """Return a new subscription."""
    asked = {"url": f"{others.url}/{name}", "title": name, "secret": SECRET} | other
    answer = await responder.http.post("/v1/webhooks", json=asked)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def told(others: Endpoints, name: str, *types: str) -> None:
    """Wait until an endpoint was told all of these."""

    async def probe() -> bool:
        return set(types) <= set(others.types(name))

    await until(f"{types} at {name}", probe)


async def settled(responder: RunningResponder, subscription: str) -> None:
    """Wait until nothing is on its way to a subscription."""

    async def probe() -> bool:
        return not (await state(responder, subscription))["waiting"]

    await until("nothing waits", probe)


async def state(responder: RunningResponder, subscription: str) -> dict[str, Any]:
    """Return a subscription as it is shown."""
    found: dict[str, Any] = (await responder.http.get(f"/v1/webhooks/{subscription}")).json()
    return found


async def notifications(responder: RunningResponder, subscription: str, **sought: str) -> list[dict[str, Any]]:
    """Return what was told to a subscription, in the order of its complaints."""
    answer = await responder.http.get(f"/v1/webhooks/{subscription}/notifications", params=sought)
    assert answer.is_success, answer.text
    found: list[dict[str, Any]] = answer.json()["items"]
    return sorted(found, key=lambda one: one["sequence"])


async def true(value: bool) -> bool:
    """Return what is known already, for whoever waits for it."""
    return value
