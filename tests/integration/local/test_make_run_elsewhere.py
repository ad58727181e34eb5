"""`make run` on parts that somebody gave it, on parts that do not answer, and cut off at every stage."""

from __future__ import annotations

import signal
from pathlib import Path

import asyncpg
import pytest

from deploy.local import house, parts, ports, processes, strays
from tests.integration.local.running import newcomers_run
from tests.support import calling
from tests.support.stack import Stack
from tests.support.waiting import outside_loop

pytestmark = pytest.mark.timeout(300)


def test_a_database_and_a_broker_of_ones_own_are_used_and_outlive_the_run(
    tmp_path: Path, stack: Stack, empty_database_url: str, topic_prefix: str
) -> None:
    given = {
        "DATABASE_URL": empty_database_url,
        "KAFKA_BOOTSTRAP_SERVERS": stack.kafka_bootstrap_servers,
        "ASCOLTO_TOPIC_PREFIX": topic_prefix,
    }
    with newcomers_run(tmp_path / "local", **given) as run:
        said = run.start(ASCOLTO_SAMPLES="no")
        assert "DATABASE_URL is used" in said
        assert "KAFKA_BOOTSTRAP_SERVERS is used" in said
        told = run.programs()
        assert (told["DATABASE_URL"], told["ASCOLTO_OWN_POSTGRES"]) == (empty_database_url, "no")
        assert set(parts.remembered_names(run.local / "run")) == {"ingest", "router", "responder", "standins"}
        headers = {"Authorization": f"Bearer {told['ASCOLTO_API_KEY']}", "Idempotency-Key": "one"}
        url = f"{told['ASCOLTO_INGEST_URL']}/v1/complaints"
        answer = calling.call("POST", url, json={"text": "Late."}, headers=headers)
        assert answer.status_code == 202
        assert "Stopped `make run`" in run.command("stop")
        assert run.process is not None
        assert run.process.wait(20) == 0
        assert outside_loop(_messages(empty_database_url)) == 1, "theirs runs on, with what was filed"


async def _messages(url: str) -> int:
    connection = await asyncpg.connect(url)
    try:
        found: int = await connection.fetchval("SELECT count(*) FROM ingest.messages")
    finally:
        await connection.close()
    return found


@pytest.mark.parametrize("away", ["DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS"])
def test_a_stage_that_fails_says_what_and_why_and_what_to_do(
    away: str, tmp_path: Path, stack: Stack, empty_database_url: str, topic_prefix: str
) -> None:
    given = {"DATABASE_URL": empty_database_url, "KAFKA_BOOTSTRAP_SERVERS": stack.kafka_bootstrap_servers}
    nobody = f"127.0.0.1:{ports.any_free()}"
    given[away] = nobody if away.startswith("KAFKA") else f"postgresql://nobody@{nobody}/nothing"
    with newcomers_run(tmp_path / "local", ASCOLTO_TOPIC_PREFIX=topic_prefix, **given) as run:
        said = run.start(ASCOLTO_SAMPLES="no")
        assert run.process is not None
        assert run.process.wait(20) == 1
        for word in ("  why:  ", "  do:   ", away):
            assert word in said, said
        assert "Traceback" not in said
        log = next((line.split()[1] for line in said.splitlines() if line.startswith("  log:  ")), None)
        assert log is None or Path(log).read_text()
        assert processes.remembered(run.local / "run") == []


@pytest.mark.chaos
def test_two_checkouts_run_side_by_side(tmp_path: Path) -> None:
    with newcomers_run(tmp_path / "one" / "local") as one, newcomers_run(tmp_path / "other" / "local") as other:
        assert "Ctrl-C stops everything" in one.start(ASCOLTO_SAMPLES="no")
        said = other.start()
        assert said.count(" after ") >= 12, said
        assert not _addresses(one.programs()) & _addresses(other.programs())
        assert one.end(signal.SIGINT) < 10
        assert other.command("status").count("ready, http://") == 3


def _addresses(told: dict[str, str]) -> set[str]:
    return {value for name, value in told.items() if name.endswith(("_URL", "_SERVERS", "_SMTP", "_RELAY"))}


def test_data_are_taken_away_only_when_somebody_says_so(tmp_path: Path) -> None:
    local = tmp_path / "local"
    with newcomers_run(local) as run:
        (local / "blobs").mkdir(parents=True)
        del run.environment["ASCOLTO_RESET"]
        assert "Nothing was taken away" in run.command("reset")
        assert (local / "blobs").exists()
        run.environment["ASCOLTO_RESET"] = "yes"
        run.command("reset")
        assert not (local / "blobs").exists()


@pytest.mark.chaos
def test_cut_off_at_every_stage_the_next_run_recovers(tmp_path: Path) -> None:
    with newcomers_run(tmp_path / "local") as run:
        for stage in range(1, house.STAGES + 2):
            run.cut_off(at=f"[{stage}/{house.STAGES + 1}]")
        said = run.start(ASCOLTO_SAMPLES="no")
        assert "Ctrl-C stops everything" in said, said
        assert run.command("status").count("ready, http://") == 3
        assert run.end(signal.SIGINT) < 10
        assert strays.stop_strays(run.local / "run") == 0
