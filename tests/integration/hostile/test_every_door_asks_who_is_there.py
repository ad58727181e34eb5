"""Without a key, or with one of another scope, no documented door opens but those that are meant for everybody."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from deploy.api_documents import documents
from tests.integration.hostile.signed import is_problem
from tests.support.house import House

SCOPES = (
    "complaints:write", "complaints:read", "complaints:act",
    "accounts:admin", "deliveries:admin", "rulebook:admin", "webhooks:admin", "ops:read",
)  # fmt: skip
# Health and metrics are for the machines of the house; customers and vendors prove themselves by token or signature.
FOR_EVERYBODY = {
    "/healthz", "/readyz", "/metrics", "/v1/channels", "/v1/channels/{account}/deliveries",
    "/forms/{account}", "/status/{reference}",
}  # fmt: skip
BY_TOKEN = ("ingest", "GET", "/v1/complaints/{reference}")
VALUES = {"reference": "ABCDEFGHK", "step": "listen"}
NOBODY = "6f1d1e9c-4a3b-5c2d-8e7f-0123456789ab"


def doors() -> Iterator[tuple[str, str, str]]:
    """Every documented operation that is not for everybody."""
    for service in ("ingest", "router", "responder"):
        for path, methods in documents()[f"{service}.openapi.json"]["paths"].items():
            for method in methods:
                door = (service, method.upper(), path)
                if path not in FOR_EVERYBODY and door != BY_TOKEN:
                    yield door


def knock(house: House, door: tuple[str, str, str], key: str | None) -> httpx.Response:
    """Call a door with a path of its form and nothing in the body."""
    service, method, path = door
    told = re.sub(r"\{(\w+)\}", lambda found: VALUES.get(found[1], NOBODY), path)
    headers = {"Authorization": f"Bearer {key}"} if key else {}
    url = house.services.url(service) + told
    with httpx.Client(timeout=20, trust_env=False) as client:
        request = client.build_request(method, url, headers=headers, json={} if method in ("POST", "PUT") else None)
        answer = client.send(request, stream=True)  # one of them never ends
        if answer.is_error:
            answer.read()
        answer.close()
        return answer


@pytest.fixture(scope="module")
def keys(ingest: httpx.Client) -> dict[str, str]:
    """A key for each scope, which has that one alone."""
    made: dict[str, Any] = {}
    for scope in SCOPES:
        answer = ingest.post("/v1/keys", json={"label": scope, "scopes": [scope]})
        assert answer.status_code == 201, answer.text
        made[scope] = answer.json()["key"]
    return made


@pytest.mark.parametrize("door", list(doors()), ids=" ".join)
def test_a_door_opens_to_one_scope_alone(door: tuple[str, str, str], fortress: House, keys: dict[str, str]) -> None:
    is_problem(knock(fortress, door, None), 401)
    refusals = {scope: knock(fortress, door, key) for scope, key in keys.items()}
    opened = [scope for scope, answer in refusals.items() if answer.status_code != 403]
    assert len(opened) == 1, opened
    assert refusals[opened[0]].status_code != 401
    for scope, answer in refusals.items():
        if scope not in opened:
            is_problem(answer, 403)
