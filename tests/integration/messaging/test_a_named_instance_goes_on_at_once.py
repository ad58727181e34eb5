"""After kill -9 a consumer of the same name goes on at once; without a name Kafka first waits for the dead one."""

from __future__ import annotations

import asyncio
import json
import sys
from asyncio.subprocess import Process
from dataclasses import dataclass
from typing import Any

import pytest

from services.router.settings import RouterSettings
from tests.integration.messaging.desk import Desk, until
from tests.support.run import CHECKOUT
from tests.support.stalls import Stopwatch

SESSION_S = 15.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Back:
    """After how many seconds all was handled; a process takes long to be up on a machine that is full, named or not."""

    after_the_crash: float
    after_its_start: float


def client_options(instance: str | None) -> dict[str, Any]:
    """What a service with this instance gives its consumers."""
    return RouterSettings(database_url="postgresql://x", instance=instance).consumer_options


async def test_a_named_instance_goes_on_within_the_session_of_the_dead_one(desk: Desk) -> None:
    back = await _back_after_a_crash(desk, "router-1")
    assert back.after_its_start < SESSION_S / 2


async def test_without_a_name_the_dead_one_is_waited_for(desk: Desk) -> None:
    back = await _back_after_a_crash(desk, None)
    assert back.after_the_crash > SESSION_S / 2


async def test_two_names_share_the_partitions_and_a_restart_moves_none(desk: Desk) -> None:
    async with desk.running_parts(desk.relay()):
        one, two = await _start(desk, "router-1"), await _start(desk, "router-2")
        await desk.announce([f"key{i}" for i in range(60)])
        await until(lambda: _handled(desk, 60))
        for process, name in ((one, "router-1"), (two, "router-2")):
            process.kill()
            await process.wait()
            total = 120 if name == "router-1" else 180
            back = await _back(desk, name, total)
            assert back.after_its_start < SESSION_S / 2
    handled = await desk.handled()
    assert len(handled) == len(set(handled)) == 180


@pytest.mark.parametrize("name", ["", "two words", "x" * 101, "läden"])
def test_a_name_that_kafka_would_refuse_is_refused_at_the_start(name: str) -> None:
    with pytest.raises(ValueError, match="instance"):
        client_options(name)


async def _back_after_a_crash(desk: Desk, instance: str | None) -> Back:
    async with desk.running_parts(desk.relay()):
        await desk.announce([f"key{i}" for i in range(60)])
        first = await _start(desk, instance)
        await until(lambda: _handled(desk, 60))
        first.kill()
        await first.wait()
        return await _back(desk, instance, 120)


async def _back(desk: Desk, instance: str | None, number: int) -> Back:
    """Start the next consumer and return how long it took until all that came meanwhile was handled."""
    with Stopwatch() as crashed:
        await desk.announce([f"key{i}" for i in range(60)])
        await _start(desk, instance)
        with Stopwatch() as started:
            await until(lambda: _handled(desk, number), within=3 * SESSION_S)
    return Back(after_the_crash=crashed.seconds, after_its_start=started.seconds)


async def _start(desk: Desk, instance: str | None) -> Process:
    url = desk.engine.url.render_as_string(hide_password=False)
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-m", "tests.integration.messaging.part_process", "consumer", url, desk.bootstrap_servers,
        desk.prefix, json.dumps({"session_s": SESSION_S, "kafka": client_options(instance)}), cwd=CHECKOUT,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.DEVNULL,
    )  # fmt: skip
    desk.processes.append(process)
    assert process.stdout is not None
    assert await process.stdout.readline() == b"up\n"
    return process


async def _handled(desk: Desk, number: int) -> bool:
    return await desk.number("SELECT count(*) FROM desk.handled") >= number
