"""Every operation of the three documents, called with valid and invalid input: no 500, nothing undocumented."""

from __future__ import annotations

import secrets
from contextlib import suppress
from functools import cache
from typing import Any

import httpx
import pytest
import requests
import schemathesis
from hypothesis import HealthCheck, Phase, Verbosity, given, seed, settings
from hypothesis.errors import Unsatisfiable
from schemathesis.checks import load_all_checks, not_a_server_error
from schemathesis.generation import GenerationMode
from schemathesis.specs.openapi import checks

from deploy.api_documents import documents
from tests.chaos import sizes
from tests.support.house import House
from tests.support.waiting import until

CHECKS = [
    not_a_server_error,
    checks.status_code_conformance,
    checks.content_type_conformance,
    checks.response_schema_conformance,
    checks.response_headers_conformance,
]
# A stream does not end, and a house that took its own key away would answer nothing but 401 from then on.
LEFT_OUT = {("GET", "/v1/queue-health/stream"), ("DELETE", "/v1/keys/{key_id}")}
ENDLESS: dict[str, Any] = {
    "deadline": None,
    "database": None,
    "suppress_health_check": list(HealthCheck),
    "phases": [Phase.generate],
}


@cache
def document(service: str) -> dict[str, Any]:
    """What the service promises; computed from the code, as the documents in docs/api are."""
    return documents()[f"{service}.openapi.json"]


def operations() -> list[tuple[str, str, str]]:
    """Every operation of every service."""
    return [
        (service, method.upper(), path)
        for service in ("ingest", "router", "responder")
        for path, methods in document(service)["paths"].items()
        for method in methods
        if (method.upper(), path) not in LEFT_OUT
    ]


@pytest.fixture(scope="module")
def known(fortress: House, ingest: httpx.Client, responder: httpx.Client) -> dict[str, str]:
    """Things that are there, by the paths that lead to them: otherwise every such path would end at 404."""
    for account, channel, keys in (
        ("form", "web_form", {}),
        ("hook", "webhook", {"signing_secret": "whsec_" + "A" * 32}),
    ):
        settings = {"title": "Complaints", "languages": ["en"], "allowed_origins": []} if channel == "web_form" else {}
        told = {"channel": channel, "title": channel, "settings": settings, "secrets": keys}
        assert ingest.put(f"/v1/accounts/{account}", json=told).is_success
    body = {"text": "The parcel is late and I want my money back.", "contact": {"email": "a@example.test"}}
    posted = ingest.post("/v1/complaints", json=body, headers={"Idempotency-Key": secrets.token_hex(8)})
    reference: str = posted.json()["reference"]
    until("at the responder", lambda: responder.get(f"/v1/complaints/{reference}").status_code == 200, within_s=40)
    return {"{reference}": reference, "/forms/{account}": "form", "/v1/channels/{account}": "hook"}


def attack(house: House, operation: tuple[str, str, str], known: dict[str, str], *, examples: int, key: int) -> int:
    """Call one operation with generated input, half of it against the documented types; return how often."""
    service, method, path = operation
    load_all_checks()
    asked = schemathesis.openapi.from_dict(document(service))[path][method]
    fixed = {part.partition("{")[2].rstrip("}"): value for part, value in known.items() if part in path} or None
    answered = 0
    with requests.Session() as session:
        session.trust_env = False
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @seed(key)
            @settings(max_examples=examples, verbosity=Verbosity.quiet, **ENDLESS)
            @given(case=asked.as_strategy(generation_mode=mode, path_parameters=fixed))
            def call(case: Any) -> None:
                nonlocal answered
                response = case.call(house.services.url(service), session=session, headers=house.key, timeout=20)
                case.validate_response(response, checks=CHECKS)
                answered += 1

            with suppress(Unsatisfiable):  # an operation that takes no input has none that is wrong
                call()
    return answered


@pytest.mark.parametrize("operation", operations(), ids=" ".join)
def test_an_operation_answers_anything_as_documented(
    operation: tuple[str, str, str], fortress: House, known: dict[str, str]
) -> None:
    assert attack(fortress, operation, known, examples=12, key=20261122)


@pytest.mark.chaos
@pytest.mark.timeout(600 + 3 * sizes.EXAMPLES)
@pytest.mark.parametrize("operation", operations(), ids=" ".join)
def test_an_operation_answers_hundreds_of_calls_as_documented(
    operation: tuple[str, str, str], fortress: House, known: dict[str, str]
) -> None:
    assert attack(fortress, operation, known, examples=sizes.EXAMPLES, key=secrets.randbits(32))
