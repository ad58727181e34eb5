"""Addresses and queries that no honest client sends: refused in the documented form, never a 500."""

from __future__ import annotations

from typing import Any
from urllib.parse import quote

import httpx
import pytest

from tests.integration.hostile.signed import is_problem
from tests.support.house import House

LISTS = [
    ("ingest", "/v1/deliveries"), ("router", "/v1/complaints"), ("router", "/v1/dead-letters"),
    ("responder", "/v1/complaints"), ("responder", "/v1/dead-letters"),
]  # fmt: skip
ABSURD = ["limit=0", "limit=501", "limit=-1", "limit=text", "limit=" + "9" * 400, "limit=1e3", "limit=%00",
          "cursor=garbage", "cursor=%00", "cursor=e30", "cursor=bnVsbA", "cursor=W10", "cursor=" + "A" * 5000,
          "cursor=eyJhdCI6OTk5OX0", "cursor=%F0%9F%92%A9"]  # fmt: skip
DATES = ["0000-01-01T00:00:00Z", "9999-12-31T23:59:59-23:59", "2026-02-30T00:00:00Z", "now", "1e400", "%00",
         "99999999999999999999"]  # fmt: skip
DATED = [("router", "/v1/complaints", "from"), ("router", "/v1/complaints", "to"), ("ingest", "/v1/balance", "from"),
         ("ingest", "/v1/balance", "to"), ("responder", "/v1/complaints", "due_before")]  # fmt: skip
FILTERED = [
    ("ingest", "/v1/deliveries", "account"), ("ingest", "/v1/balance", "account"),
    ("router", "/v1/complaints", "queue"), ("router", "/v1/complaints", "q"),
    ("responder", "/v1/complaints", "queue"), ("responder", "/v1/complaints", "owner"),
]  # fmt: skip
HOSTILE_NAMES = [
    "../../etc/passwd", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "a%00b", "a" * 4000, "%FF%FE", "%ED%A0%80", "{{7*7}}",
    "'; DROP TABLE accounts; --", "${jndi:ldap://x}", "\u202egro", "con\r\nX: y", " ", "A B",
]  # fmt: skip


def get(house: House, service: str, target: str) -> httpx.Response:
    with house.client(service) as client:
        return client.get(target)


@pytest.mark.parametrize("query", ABSURD)
@pytest.mark.parametrize(("service", "path"), LISTS)
def test_an_absurd_page_is_refused(service: str, path: str, query: str, fortress: House) -> None:
    is_problem(get(fortress, service, f"{path}?{query}"), 422)


@pytest.mark.parametrize("date", DATES)
@pytest.mark.parametrize(("service", "path", "name"), DATED)
def test_a_date_outside_the_calendar_is_refused(
    service: str, path: str, name: str, date: str, fortress: House
) -> None:  # fmt: skip
    is_problem(get(fortress, service, f"{path}?{name}={date}"), 422)


@pytest.mark.parametrize(
    "value", ["%00", "a%00b", "%ED%A0%80", "%FF", "%F0%9F%92%A9", "' OR 1=1 --", "%25", "a" * 5000]
)
@pytest.mark.parametrize(("service", "path", "name"), FILTERED)
def test_a_hostile_filter_finds_nothing_or_is_refused(
    service: str, path: str, name: str, value: str, fortress: House
) -> None:  # fmt: skip
    answer = get(fortress, service, f"{path}?{name}={value}")
    if answer.status_code != 200:
        return is_problem(answer, 422)
    found = answer.json()
    return _nothing(found)


def _nothing(found: dict[str, Any]) -> None:
    assert found.get("items", []) == []
    assert not found.get("received")


@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_account_name_leads_nowhere(name: str, fortress: House, ingest: httpx.Client) -> None:
    written = name if "%" in name else quote(name, safe="")
    body = {"channel": "web_form", "title": "t", "settings": {"title": "x", "languages": ["en"]}, "secrets": {}}
    is_problem(ingest.put(f"/v1/accounts/{written}", json=body), 404, 405, 422)
    for method, path in (
        ("GET", "/v1/accounts/{}"), ("DELETE", "/v1/accounts/{}"), ("POST", "/v1/accounts/{}/check"),
        ("POST", "/v1/channels/{}/deliveries"), ("GET", "/v1/channels/{}/deliveries"),
        ("GET", "/forms/{}"), ("POST", "/forms/{}"), ("GET", "/status/{}"), ("GET", "/v1/complaints/{}"),
    ):  # fmt: skip
        is_problem(ingest.request(method, path.format(written)), 404, 405, 422)


@pytest.mark.parametrize("service", ["router", "responder"])
@pytest.mark.parametrize("name", HOSTILE_NAMES)
def test_a_hostile_reference_leads_nowhere(name: str, service: str, fortress: House) -> None:
    written = name if "%" in name else quote(name, safe="")
    is_problem(get(fortress, service, f"/v1/complaints/{written}"), 404, 422)
