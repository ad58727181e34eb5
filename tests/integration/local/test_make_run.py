"""`make run` as a newcomer meets it: the samples are acknowledged, the lines can be pasted, Ctrl-C leaves nothing."""

from __future__ import annotations

import json
import os
import re
import shutil
import signal
import subprocess
from collections.abc import Iterator

import httpx
import pytest

from deploy.local import processes, strays
from tests.integration.local.running import Run, newcomers_run
from tests.support import calling
from tests.support.waiting import until

pytestmark = pytest.mark.timeout(300)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Run]:
    with newcomers_run(tmp_path_factory.mktemp("checkout") / "local") as run:
        yield run


@pytest.fixture
def newcomer(checkout: Run) -> Run:
    """It runs, whichever of the tests comes first or alone."""
    if not checkout.runs:
        checkout.start()
    return checkout


def _answers(said: str) -> list[dict[str, object]]:
    """Return what curl printed: the answer, and before it each that asked it to come again."""
    found: list[dict[str, object]] = []
    while said := said.strip():
        answer, end = json.JSONDecoder().raw_decode(said)
        found, said = [*found, answer], said[end:]
    return found


def _complaints(programs: dict[str, str]) -> list[dict[str, object]]:
    answer = calling.call(
        "GET",
        f"{programs['ASCOLTO_RESPONDER_URL']}/v1/complaints",
        params={"limit": 500},
        headers={"Authorization": f"Bearer {programs['ASCOLTO_API_KEY']}"},
    )
    items: list[dict[str, object]] = answer.raise_for_status().json()["items"]
    return items


def test_a_newcomer_sees_a_dozen_complaints_acknowledged_and_can_paste_the_lines(newcomer: Run) -> None:
    said = newcomer.said()
    assert newcomer.runs, said
    rows = re.findall(r"^  ([A-HJKMNP-TV-Z2-9]{9})  .*after \d+\.\d s", said, re.MULTILINE)
    assert len(set(rows)) == 12, said
    told = [line.split() for line in said.splitlines() if line.split()[:1] and line.split()[0] in rows]
    assert {words[2] for words in told} == {"it", "en", "fr", "de", "es"}, "each in its own language"
    assert not any("-" in words[:6] for words in told), "each with a category, a queue and a playbook"
    assert (newcomer.local / "ascolto.env").stat().st_mode & 0o777 == 0o600
    pasted = [line.strip() for line in said.splitlines() if line.strip().startswith("(. ")]
    assert len(pasted) == 3
    assert shutil.which("curl"), "the lines to paste need curl"
    for line in pasted:
        answer = subprocess.run(["/bin/sh", "-c", line], capture_output=True, text=True, check=True).stdout
        *asked_to_come_again, last = _answers(answer)
        assert {"reference", "items", "queues"} & set(last), answer
        assert all(one["status"] == 503 for one in asked_to_come_again), answer
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
    assert newcomer.runs, said
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
