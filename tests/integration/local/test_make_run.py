"""`make run` as a newcomer meets it: the samples are acknowledged, the lines can be pasted, Ctrl-C leaves nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import httpx
import pytest

from deploy.local import processes, strays
from tests.support.run import CHECKOUT
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(300)


@dataclass
class Run:
    """One `make run` on a folder of its own."""

    local: Path
    environment: dict[str, str]
    process: subprocess.Popen[bytes] | None = None

    def start(self, **extra: str) -> str:
        """Start it and return what it said until it was up."""
        said = self.local.with_suffix(".out")
        with said.open("wb") as out:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "deploy.local", "run"],
                cwd=CHECKOUT, env=self.environment | extra, stdout=out, stderr=subprocess.STDOUT,
                start_new_session=True,
            )  # fmt: skip
        until("it is up or has given up", lambda: self.process and (
            "Ctrl-C stops everything" in said.read_text() or self.process.poll() is not None
        ), within_s=150)  # fmt: skip
        return said.read_text()

    def end(self, by: int) -> float:
        """Signal it and return how many seconds it took to end."""
        assert self.process is not None
        began = time.monotonic()
        self.process.send_signal(by)
        self.process.wait(30)
        return time.monotonic() - began

    def command(self, what: str) -> str:
        """Run another command beside it and return what that said."""
        done = subprocess.run(
            [sys.executable, "-m", "deploy.local", what], cwd=CHECKOUT, env=self.environment, capture_output=True,
            text=True, check=False,
        )  # fmt: skip
        return done.stdout + done.stderr

    def programs(self) -> dict[str, str]:
        """Return what it left for programs."""
        lines = (self.local / "ascolto.env").read_text().splitlines()
        return dict(line.split("=", 1) for line in lines)


@pytest.fixture(scope="module")
def newcomer(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    local = tmp_path_factory.mktemp("checkout") / "local"
    environment = {k: v for k, v in os.environ.items() if k not in ("DATABASE_URL", "KAFKA_BOOTSTRAP_SERVERS")}
    run = Run(local, environment | {"ASCOLTO_LOCAL": str(local), "ASCOLTO_RESET": "yes"})
    yield run
    if run.process and run.process.poll() is None:
        run.end(signal.SIGTERM)
    run.command("stop")
    run.command("reset")


def _complaints(programs: dict[str, str]) -> list[dict[str, object]]:
    answer = httpx.get(
        f"{programs['ASCOLTO_RESPONDER_URL']}/v1/complaints",
        params={"limit": 500},
        headers={"Authorization": f"Bearer {programs['ASCOLTO_API_KEY']}"},
        timeout=20,
    )
    items: list[dict[str, object]] = answer.raise_for_status().json()["items"]
    return items


def test_a_newcomer_sees_a_dozen_complaints_acknowledged_and_can_paste_the_lines(newcomer: Run) -> None:
    said = newcomer.start()
    assert newcomer.process is not None
    assert newcomer.process.poll() is None, said
    rows = re.findall(r"^  ([A-HJKMNP-TV-Z2-9]{9})  .*after \d+\.\d s", said, re.MULTILINE)
    assert len(set(rows)) == 12, said
    assert (newcomer.local / "ascolto.env").stat().st_mode & 0o777 == 0o600
    pasted = [line.strip() for line in said.splitlines() if line.strip().startswith("(. ")]
    assert len(pasted) == 3
    assert shutil.which("curl"), "the lines to paste need curl"
    for line in pasted:
        answer = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=True).stdout
        assert {"reference", "items", "queues"} & set(json.loads(answer)), answer
    assert newcomer.programs()["ASCOLTO_API_KEY"] not in said, "the key stays off the screen"


def test_what_was_sent_is_seen_at_the_stand_ins(newcomer: Run) -> None:
    sent = httpx.get(f"{newcomer.programs()['ASCOLTO_SENT_URL']}/sent.json").json()["items"]
    assert {s["by"] for s in sent} >= {"e-mail", "WhatsApp (Meta)", "Facebook", "SMS (Twilio)", "webhook"}


def test_status_names_every_part_and_its_memory(newcomer: Run) -> None:
    said = newcomer.command("status")
    for part in ("postgres", "kafka", "standins", "ingest", "router", "responder"):
        assert re.search(rf"^  {part} .* MB ", said, re.MULTILINE), said
    assert said.count("ready, http://") == 3, said


def test_a_second_run_is_told_of_the_first(newcomer: Run) -> None:
    assert "runs already" in newcomer.command("run")


def test_a_service_killed_is_started_again(newcomer: Run) -> None:
    (router,) = [r for r in processes.remembered(newcomer.local / "run") if r.name == "router"]
    os.kill(router.pid, signal.SIGKILL)
    until(
        "another router is ready",
        lambda: (
            router.pid not in {r.pid for r in processes.remembered(newcomer.local / "run")}
            and newcomer.command("status").count("ready, http://") == 3
        ),
        within_s=40,
    )


def test_killed_with_9_it_recovers_and_has_lost_nothing(newcomer: Run) -> None:
    before = {c["reference"] for c in _complaints(newcomer.programs())}
    key = newcomer.programs()["ASCOLTO_API_KEY"]
    newcomer.end(signal.SIGKILL)
    assert processes.remembered(newcomer.local / "run"), "its parts outlive it"
    said = newcomer.start(ASCOLTO_SAMPLES="no")
    assert "An earlier run was cut off" in said
    assert {c["reference"] for c in _complaints(newcomer.programs())} >= before
    assert len(before) >= 12
    assert newcomer.programs()["ASCOLTO_API_KEY"] == key


def test_ctrl_c_stops_everything_within_ten_seconds(newcomer: Run) -> None:
    took = newcomer.end(signal.SIGINT)
    assert took < 10, took
    assert newcomer.process is not None
    assert newcomer.process.returncode == 0
    assert processes.remembered(newcomer.local / "run") == []
    assert strays.stop_strays(newcomer.local / "run") == 0
    assert "Nothing runs" in newcomer.command("status")
