"""Somebody with all rights on the database changes what stands in it: `ledger verify` names it."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

import asyncpg
import pytest

from deploy.cli.__main__ import main
from deploy.cli.ledger_hands import in_part
from services.responder.domain.audit import Difference
from services.responder.store.ledger import FIRST, LAST, read_levels
from services.responder.usecases.audit_ledger import levels_that_differ
from tests.bench.ledger_fill import fill
from tests.integration.responder.neighbours import Neighbours
from tests.integration.responder.routed_events import RoutedComplaint, decided
from tests.integration.responder.running import RunningResponder
from tests.support.run import CHECKOUT

_UNLOCKED = "ALTER TABLE responder.timeline DISABLE TRIGGER timeline_is_a_ledger"

TAMPERINGS = [
    # what somebody does to the ledger of A, and what is said of it
    ("UPDATE responder.timeline SET data = data || '{\"owner\": \"else\"}' WHERE {a} AND kind = 'claimed'",
     ["entry {claimed} (claimed) is not what was chained", "state: owner: stored key", "work: owner: stored key"]),
    ("UPDATE responder.timeline SET at = at - interval '1 hour' WHERE {a} AND kind = 'acknowledged'",
     ["(acknowledged) is not what was chained", "clock acknowledge: stopped_at"]),
    ("UPDATE responder.timeline SET \"by\" = 'key:else' WHERE {a} AND seq = 1", ["entry 1 (opened) is not what was"]),
    ("UPDATE responder.timeline SET hash = sha256('x') WHERE {a} AND seq = 2", ["entry 2 (", "entry 3 ("]),
    ("DELETE FROM responder.timeline WHERE {a} AND seq = 2", ["entry 2 is missing"]),
    ("DELETE FROM responder.timeline WHERE {a} AND seq = (SELECT max(seq) FROM responder.timeline WHERE {a})",
     ["does not end where the work was left", "entry {last} is missing"]),
    ("INSERT INTO responder.timeline SELECT complaint_id, seq + 1, at, 'released', \"by\", '{{}}', sha256('x') "
     "FROM responder.timeline WHERE {a} ORDER BY seq DESC LIMIT 1",
     ["(released) is not what was chained", "does not end where", "state: owner"]),
    ("DELETE FROM responder.timeline WHERE {a}", ["has no ledger"]),
    ("UPDATE responder.timeline SET data = '{{}}' WHERE {a} AND seq = 1", ["its entries add up to no state"]),
    ("DELETE FROM responder.work WHERE {a}", ["is in the ledger, and there is no work on it"]),
    ("UPDATE responder.work SET head = sha256('x') WHERE {a}", ["does not end where the work was left"]),
    ("UPDATE responder.work SET queue = 'triage' WHERE {a}", ["work: queue: stored triage, recomputed logistics"]),
    ("UPDATE responder.work SET timer_at = NULL WHERE {a}", ["work: timer_at: stored nothing"]),
    ("UPDATE responder.work SET snapshot = convert_to(replace(convert_from(snapshot, 'UTF8'), "
     "'\"messages_in\":1', '\"messages_in\":7'), 'UTF8') WHERE {a}", ["state: messages_in: stored 7, recomputed 1"]),
    ("UPDATE responder.work SET snapshot = convert_to(replace(convert_from(snapshot, 'UTF8'), "
     "'\"state\":\"open\",\"evidence\":null', '\"state\":\"done\",\"evidence\":\"x\"'), 'UTF8') WHERE {a}",
     [": state: stored done, recomputed open", ": evidence differs"]),
    ("UPDATE responder.work SET snapshot = 'x' WHERE {a}", ["its state cannot be read"]),
    ("UPDATE responder.clocks SET due_at = due_at + interval '1 day' WHERE {a} AND kind = 'resolve'",
     ["row of clock resolve: due_at"]),
    ("DELETE FROM responder.clocks WHERE {a} AND kind = 'resolve'", ["row of clock resolve is missing"]),
]  # fmt: skip

COUNTERS = [
    (
        "INSERT INTO responder.counter_deltas (queue, measure, slot, bucket, delta) "
        "VALUES ('logistics', 'open', 0, 0, 1)",
        "counter open",
    ),
    ("INSERT INTO responder.counters VALUES ('logistics', 'missed', 0, 0, 3)", "counter missed"),
    ("DELETE FROM responder.timeline; DELETE FROM responder.work; DELETE FROM responder.clocks", "counter arrivals"),
]


@dataclass(kw_only=True)
class Kept:
    """Two complaints, and a superuser's connection."""

    admin: asyncpg.Connection
    a: RoutedComplaint
    b: RoutedComplaint
    responder: RunningResponder

    async def found(self, *, levels: bool = False) -> list[Difference]:
        """Return what verifying says on this very connection, in its open transaction."""

        async def fetch(statement: str, arguments: tuple[Any, ...]) -> list[Any]:
            return list(await self.admin.fetch(statement, *arguments))

        found = await in_part(fetch, after=FIRST, until=LAST)
        counted = levels_that_differ(await read_levels(fetch), found.recount)
        return found.differences + (counted if levels else [])


@pytest.fixture
async def kept(responder: RunningResponder, neighbours: Neighbours) -> AsyncIterator[Kept]:
    a, b = RoutedComplaint(), RoutedComplaint(to="393330000002", decision=decided(queue="refunds"))
    await responder.feed(a.opened(), b.opened())
    for one in (a, b):
        await responder.acknowledged(one)
        assert (await responder.post(one, "claim")).status_code == 200
    admin = await asyncpg.connect(responder.settings.database_url)
    assert await admin.fetchval("SELECT usesuper FROM pg_user WHERE usename = current_user")
    yield Kept(admin=admin, a=a, b=b, responder=responder)
    await admin.close()


async def test_whatever_is_changed_is_named_and_nothing_else(kept: Kept) -> None:
    assert await kept.found(levels=True) == []
    kinds = await kept.responder.kinds(kept.a)
    known = {"claimed": kinds.index("claimed") + 1, "last": len(kinds)}
    for statement, expected in TAMPERINGS:
        tampering = kept.admin.transaction()
        await tampering.start()
        await kept.admin.execute(_UNLOCKED)
        done = await kept.admin.execute(
            statement.replace("{a}", f"complaint_id = '{kept.a.complaint_id}'").replace("{{}}", "{}")
        )
        assert done.endswith(" 1") or "DELETE" in done, statement
        found = await kept.found()
        await tampering.rollback()
        said = [str(one) for one in found]
        for part in expected:
            assert any(part.format(**known) in line for line in said), (statement, part, said)
        assert {one.of for one in found} == {kept.a.reference}, (statement, said)
    assert await kept.found(levels=True) == []


@pytest.mark.parametrize(("statement", "counter"), COUNTERS)
async def test_counters_that_are_no_recount_are_named(kept: Kept, statement: str, counter: str) -> None:
    tampering = kept.admin.transaction()
    await tampering.start()
    await kept.admin.execute(_UNLOCKED)
    await kept.admin.execute(statement)
    said = [str(one) for one in await kept.found(levels=True)]
    await tampering.rollback()
    assert any(line.startswith("queue logistics: ") and counter in line for line in said), said


async def test_the_command_names_it_and_ends_with_1(
    kept: Kept, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DATABASE_URL", kept.responder.settings.database_url)

    async def verify(*arguments: str) -> tuple[int, str]:
        capsys.readouterr()
        code = await asyncio.to_thread(main, ["ledger", "verify", *arguments])
        return code, capsys.readouterr().out

    code, said = await verify("--processes", "1")
    assert code == 0, said
    assert "all is as the ledger says" in said
    claimed = f"complaint_id = '{kept.a.complaint_id}' AND kind = 'claimed'"
    await kept.admin.execute(_UNLOCKED)
    await kept.admin.execute(f"UPDATE responder.timeline SET \"by\" = 'key:else' WHERE {claimed}")
    await kept.admin.execute(_UNLOCKED.replace("DISABLE", "ENABLE ALWAYS"))
    code, said = await verify("--json", "--processes", "1")
    assert code == 1
    told = json.loads(said)
    assert not told["verified"]
    assert told["complaints"] == 2
    (difference,) = told["differences"]
    assert difference["of"] == kept.a.reference
    assert "(claimed) is not what was chained" in difference["what"]
    assert (await verify("--reference", kept.a.reference))[0] == 1
    assert (await verify("--reference", kept.b.reference))[0] == 0
    assert (await verify("--reference", "NOBODY234"))[0] == 2


async def test_several_processes_find_what_one_finds(database_url: str) -> None:
    """A ledger of several pages, read by processes of their own; two complaints of it were tampered with."""
    entries = await fill(database_url, complaints=1_200)
    admin = await asyncpg.connect(database_url)
    await admin.execute(_UNLOCKED)
    rows = await admin.fetch("SELECT complaint_id, reference FROM responder.work ORDER BY complaint_id")
    for row in (rows[3], rows[-3]):
        await admin.execute("DELETE FROM responder.timeline WHERE complaint_id = $1 AND seq = 2", row[0])
    await admin.close()
    done = await asyncio.to_thread(_verify, database_url, "--json", "--processes", "2")
    assert done.returncode == 1, done.stderr
    told = json.loads(done.stdout)
    assert (told["complaints"], told["entries"]) == (1_200, entries - 2)
    assert {one["of"] for one in told["differences"]} == {rows[3][1], rows[-3][1]}


def _verify(database_url: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "deploy.cli", "ledger", "verify", *arguments],
        cwd=CHECKOUT,
        env=os.environ | {"DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
