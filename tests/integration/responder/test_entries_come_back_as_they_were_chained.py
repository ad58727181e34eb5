"""JSONB keeps an entry in a form of its own; what comes back has the hash of what went in."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone
from typing import Any
from uuid import uuid4

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from deploy.cli.ledger_hands import reading
from services.responder.domain.audit import in_chain
from services.responder.domain.chain import hashes
from services.responder.domain.entries import Entry
from services.responder.store import timeline
from services.responder.store.ledger import FIRST, LAST, read_page
from tests.support.waiting import outside_loop

_TEXT = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"), max_size=12)
_SECONDS = st.integers(-(10**9), 10**9).map(lambda n: n / 1000) | st.floats(1e-9, 1e12)
_VALUES = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53), 2**53) | _SECONDS | _TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(_TEXT, inner, max_size=5),
    max_leaves=12,
)
_DATA = st.lists(st.dictionaries(_TEXT, _VALUES, max_size=6), min_size=40, max_size=40)
_ZONE = timezone(timedelta(hours=5, minutes=45))


@settings(max_examples=6, deadline=None, suppress_health_check=list(HealthCheck))
@given(data=_DATA)
def test_whatever_an_entry_says_comes_back_with_its_hash(database_url: str, data: list[dict[str, Any]]) -> None:
    assert outside_loop(_differences(database_url, data)) == []


async def _differences(database_url: str, data: list[dict[str, Any]]) -> list[str]:
    complaint = uuid4()
    entries = [
        Entry(
            seq=seq,
            at=datetime(2026, 12, 18, 16, 30, 1, seq % 3 * 12345, tzinfo=_ZONE if seq % 2 else UTC),
            kind="message",
            by="é'\"\\",
            data=one,
        )
        for seq, one in enumerate(data, 1)
    ]
    chain = hashes(None, complaint, entries)
    engine = create_async_engine(database_url.replace("postgresql://", "postgresql+asyncpg://"), poolclass=NullPool)
    async with engine.begin() as connection:
        rows = [(complaint, entry, digest) for entry, digest in zip(entries, chain, strict=True)]
        await timeline.append(connection, rows)
    await engine.dispose()
    async with reading(database_url) as fetch:
        kept = (await read_page(fetch, after=FIRST, until=LAST, limit=1)).kept[complaint]
    assert len(kept.entries) == len(data)
    return [str(one) for one in in_chain("R", complaint, kept.entries, kept.hashes, head=chain[-1])]
