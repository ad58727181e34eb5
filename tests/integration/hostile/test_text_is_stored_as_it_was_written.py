"""Injection strings in every field of text: the rows hold what was written, and nothing else happened."""

from __future__ import annotations

import json
import secrets
from typing import Any

import asyncpg
import httpx
import pytest

from tests.support.house import House
from tests.support.waiting import until

CORPUS = [
    "'", "''", '"', "`", "\\", "\\'", "'; DROP TABLE ingest.messages; --", "' OR '1'='1", "1; SELECT pg_sleep(9)--",
    "') UNION SELECT current_user --", "$1", "%s", "%(x)s", ":name", "{0}", "${x}", "{{7*7}}", "E'\\x00'", "$$; $$",
    "\u202e\u2066 gnitirw", "😀\U0010ffff", "a\u0301 ñ ß ﬁ", "\x01\x1f\x7f\x80", "<script>alert(1)</script>",
    "../../etc", "{1,2}", "NULL", "null", "(1,2)", '{"a": {"b": 1}}', "\r\nBcc: x@example.test", "=cmd|' /C calc'!A0",
    "٠١٢", "\ufeffx",
]  # fmt: skip


def written(bad: str) -> dict[str, Any]:
    """A complaint whose every field of free text holds the string."""
    return {
        "text": f"The parcel is late. {bad}",
        "subject": f"s{bad}s",
        "contact": {"name": f"n{bad}n", "handle": f"h{bad}h", "customer_id": f"c{bad}c", "phone": f"p{bad}p"},
        "order_reference": f"o{bad}o",
        "outcome_sought": f"w{bad}w",
        "metadata": {f"k{bad}k": f"v{bad}v"},
        "attachments": [{"name": f"a{bad}a", "content_base64": "aGk="}],
    }


@pytest.fixture(scope="module")
def filed(fortress: House, ingest: httpx.Client, router: httpx.Client) -> dict[str, str]:
    """The corpus as complaints, by string, each at the router."""
    references = {}
    for bad in CORPUS:
        body = json.dumps(written(bad), ensure_ascii=bad.isascii())
        headers = {"Idempotency-Key": f"k{secrets.token_hex(8)}", "Content-Type": "application/json"}
        answer = ingest.post("/v1/complaints", content=body.encode(), headers=headers)
        assert answer.status_code == 202, (bad, answer.text)
        references[bad] = answer.json()["reference"]
    missing = set(references.values())
    until("all at the router", lambda: not _gone(missing, router), within_s=60)
    return references


def _gone(missing: set[str], router: httpx.Client) -> set[str]:
    missing -= {r for r in missing if router.get(f"/v1/complaints/{r}").status_code == 200}
    return missing


@pytest.mark.parametrize("bad", CORPUS)
def test_what_is_read_is_what_was_written(bad: str, filed: dict[str, str], router: httpx.Client) -> None:
    given, shown = written(bad), router.get(f"/v1/complaints/{filed[bad]}").json()["messages"][0]
    assert shown["text"] == given["text"]
    assert shown["subject"] == given["subject"]
    assert shown["attachments"][0]["name"] == given["attachments"][0]["name"]
    assert shown["sender"]["name"] == given["contact"]["name"].strip()


async def test_the_rows_hold_it_byte_for_byte(filed: dict[str, str], fortress: House) -> None:
    connection = await asyncpg.connect(fortress.database_url)
    try:
        rows = await connection.fetch("SELECT content->>'text' AS text FROM router.messages")
        tables = await connection.fetchval("SELECT count(*) FROM pg_tables WHERE schemaname = 'ingest'")
    finally:
        await connection.close()
    kept = {row["text"] for row in rows}
    assert {written(bad)["text"] for bad in filed} <= kept
    assert tables > 5


@pytest.mark.parametrize("bad", CORPUS)
@pytest.mark.parametrize("path", ["/v1/complaints"])
def test_a_search_for_it_is_a_search(bad: str, path: str, filed: dict[str, str], router: httpx.Client) -> None:
    assert router.get(path, params={"q": bad, "queue": bad, "category": bad}).status_code in (200, 422)
