"""Readiness, the rulebook's check, and the dead letters of a whole router."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import msgspec

from services.router.settings import RouterSettings
from shared.ids import event_id
from tests.integration.router.running import RunningRouter, running_router, until
from tests.integration.router.stories import record_of, said


async def _ready(router: RunningRouter) -> dict[str, Any] | None:
    answer = await router.http.get("/readyz")
    return answer.json()["parts"] if answer.status_code == 200 else None


async def test_a_router_is_ready_when_all_its_parts_answer(router: RunningRouter) -> None:
    parts = await until(lambda: _ready(router))
    assert parts == {"database": "ok", "rulebook": "ok", "relay": "ok", "received": "ok", "progress": "ok"}


async def test_a_router_without_a_valid_rulebook_says_so_and_starts_once_it_is_mended(
    router: RunningRouter, tmp_path: Path
) -> None:
    folder = tmp_path / "rulebook"
    folder.mkdir()
    settings: RouterSettings = router.settings.model_copy(update={"rulebook_dir": folder})
    async with running_router(settings) as second:

        async def refused() -> bool:
            answer = await second.http.get("/readyz")
            assert answer.status_code == 503
            told: str = answer.json()["parts"]["rulebook"]
            return told.startswith("the rulebook has ") and "rulebook.yaml" in told

        await until(refused)
        assert (await second.http.get("/v1/queues")).status_code == 503
        shutil.copytree(router.settings.rulebook_dir, folder, dirs_exist_ok=True)
        await until(lambda: _ready(second))


async def test_a_rulebook_is_checked_with_file_and_line(router: RunningRouter) -> None:
    folder = router.settings.rulebook_dir
    files = {
        path.relative_to(folder).as_posix(): path.read_text() for path in folder.rglob("*") if path.is_file()
    }  # fmt: skip
    good = (await router.http.post("/v1/rulebooks/check", json={"files": files}, timeout=60)).json()
    assert (good["valid"], good["problems"]) == (True, [])

    broken = files | {"queues.yaml": files["queues.yaml"] + "\n  oops: 1\n"}
    bad = (await router.http.post("/v1/rulebooks/check", json={"files": broken}, timeout=60)).json()
    assert not bad["valid"]
    assert any(p["file"] == "queues.yaml" and p["line"] for p in bad["problems"])

    for path in ("../queues.yaml", "/etc/x.yaml", "a/../../b.yaml", "", ".hidden"):
        answer = await router.http.post("/v1/rulebooks/check", json={"files": {path: "x: 1"}})
        assert answer.status_code == 422, path
    assert (await router.http.post("/v1/rulebooks/check", content=b"{")).status_code == 400
    assert (await router.http.post("/v1/rulebooks/check", content=b"[" * 100_000)).status_code == 400
    assert (await router.http.post("/v1/rulebooks/check", content=b"x" * 17_000_000)).status_code == 413


async def test_a_record_at_fault_becomes_a_dead_letter_and_its_neighbours_are_filed(router: RunningRouter) -> None:
    good = [said(f"parcel {n} is late", id_=f"p{n}@x.test") for n in range(3)]
    poison = record_of(said("x", id_="poison@x.test"))
    poison = type(poison)(**{f: getattr(poison, f) for f in poison.__slots__} | {"body": b'{"message_id": 7}'})
    await router.publish_records(record_of(good[0]), poison, record_of(good[1]), record_of(good[2]))

    async def letters() -> list[dict[str, Any]]:
        items: list[dict[str, Any]] = (await router.http.get("/v1/dead-letters")).json()["items"]
        return items

    [letter] = await until(letters)
    assert letter["event_id"] == str(poison.event_id)
    assert "body" not in letter
    await router.told(3)
    door = f"/v1/dead-letters/{letter['event_id']}"
    assert (await router.http.post(f"{door}/replay")).status_code == 202

    async def failed_again() -> bool:
        return any(one["failures"] == 2 for one in await letters())

    await until(failed_again)
    assert (await router.http.post(f"{door}/discard", json={"reason": "made by a test"})).status_code == 200
    assert await letters() == []
    assert (await router.http.post(f"{door}/replay")).status_code == 404
    assert (
        await router.http.post(f"/v1/dead-letters/{event_id('none')}/discard", json={"reason": "abc"})
    ).status_code == 404


async def test_nothing_that_customers_said_is_in_what_the_router_tells(router: RunningRouter) -> None:
    secret = "Zanzibar"
    await router.publish(
        said(
            f"{secret} il pacco non è arrivato", id_="m1@x.test", subject=secret, outcome_sought=f"{secret} rimborso",
            order_reference=secret, metadata={"note": secret},
        )
    )  # fmt: skip
    [event] = await router.told(1)
    assert secret not in msgspec.json.encode(event).decode()
