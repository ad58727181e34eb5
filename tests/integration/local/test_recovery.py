"""Killed with -9 at any stage, the next start recovers: half-made data, stale locks, a broker cut off."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import asyncpg
import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from deploy.local import jars, kafka, ports, postgres, processes, topics
from deploy.local.faults import CannotGoOn
from shared.contracts.topics import RECEIVED


@pytest.fixture
def server(tmp_path: Path) -> Iterator[postgres.Postgres]:
    # pytest's own folders are closed to others; when root, the database's account must be able to pass.
    made = postgres.Postgres(
        folder=tmp_path / "postgres", port=ports.any_free(), run_folder=tmp_path / "run", log=tmp_path / "postgres.log"
    )
    yield made
    _stop_all(made.run_folder)
    postgres.remove(made)


@pytest.fixture
def node(tmp_path: Path) -> Iterator[kafka.Kafka]:
    port = ports.any_free()
    made = kafka.Kafka(
        folder=tmp_path / "kafka",
        port=port,
        controller_port=ports.any_free(besides=[port]),
        run_folder=tmp_path / "run",
        log=tmp_path / "kafka.log",
        jars=jars.fetch(jars.locked(), folder=jars.cache_folder()),
    )
    yield made
    _stop_all(made.run_folder)


def _stop_all(run_folder: Path) -> None:
    for running in processes.remembered(run_folder):
        processes.stop(running, run_folder=run_folder, within_s=5, by=signal.SIGINT)


async def _execute(server: postgres.Postgres, statement: str) -> object:
    connection = await asyncpg.connect(server.url("postgres"))
    try:
        return await connection.fetchval(statement)
    finally:
        await connection.close()


async def test_a_database_killed_comes_back_with_what_was_committed(server: postgres.Postgres) -> None:
    running = postgres.start(server)
    await _execute(server, "CREATE TABLE kept AS SELECT 42 AS answer")
    processes.stop(running, run_folder=server.run_folder, within_s=5, by=signal.SIGKILL)
    postgres.start(server)
    assert await _execute(server, "SELECT answer FROM kept") == 42


async def test_data_that_were_half_made_are_made_anew(server: postgres.Postgres) -> None:
    draft = server.data.with_name(f"{server.data.name}.making")
    for half_made in (draft, server.data):
        (half_made / "base").mkdir(parents=True)
        (half_made / "postgresql.conf").write_text("half")
    postgres.start(server)
    assert await _execute(server, "SELECT 1") == 1
    assert not draft.exists()


@pytest.fixture
def stranger() -> Iterator[subprocess.Popen[bytes]]:
    with subprocess.Popen([sys.executable, "-c", "import time; time.sleep(60)"]) as program:
        yield program
        program.kill()


async def test_a_lock_that_names_another_program_does_not_keep_the_database_from_starting(
    server: postgres.Postgres, stranger: subprocess.Popen[bytes]
) -> None:
    running = postgres.start(server)
    processes.stop(running, run_folder=server.run_folder, within_s=5, by=signal.SIGKILL)
    lock = server.data / "postmaster.pid"
    lock.write_text("\n".join([str(stranger.pid), *lock.read_text().splitlines()[1:]]) + "\n")
    postgres.start(server)
    assert await _execute(server, "SELECT 1") == 1
    assert stranger.poll() is None


def test_data_whose_password_is_gone_are_not_thrown_away(server: postgres.Postgres) -> None:
    postgres.stop(postgres.start(server), run_folder=server.run_folder)
    server.password_file.unlink()
    with pytest.raises(CannotGoOn, match="password"):
        postgres.start(server)
    assert (server.data / "PG_VERSION").exists()


async def test_only_who_knows_the_password_reaches_the_database(server: postgres.Postgres) -> None:
    postgres.start(server)
    assert server.password_file.stat().st_mode & 0o077 == 0
    with pytest.raises(asyncpg.InvalidPasswordError):
        await asyncpg.connect(server.url("postgres").replace(server.password_file.read_text(), "guess"))


async def test_a_broker_killed_while_it_was_being_made_and_again_later_keeps_what_it_acknowledged(
    node: kafka.Kafka,
) -> None:
    (node.folder / "data.making").mkdir(parents=True)
    (node.folder / "data").mkdir()
    running = kafka.start(node)
    await topics.create(bootstrap_servers=node.bootstrap_servers)
    producer = AIOKafkaProducer(bootstrap_servers=node.bootstrap_servers, acks="all")
    await producer.start()
    await producer.send_and_wait(RECEIVED.name, b"kept", key=b"k")
    await producer.stop()
    processes.stop(running, run_folder=node.run_folder, within_s=5, by=signal.SIGKILL)
    kafka.start(node)
    await topics.create(bootstrap_servers=node.bootstrap_servers)  # making them again changes nothing
    consumer = AIOKafkaConsumer(RECEIVED.name, bootstrap_servers=node.bootstrap_servers, auto_offset_reset="earliest")
    await consumer.start()
    try:
        assert (await consumer.getone()).value == b"kept"
    finally:
        await consumer.stop()
