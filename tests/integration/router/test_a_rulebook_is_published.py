"""A rulebook is published, put in force in every router, and taken back, while complaints go on coming."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import pytest
from sqlalchemy import text
from sqlalchemy.ext.asyncio import create_async_engine

from services.router.store import rulebook_tables
from shared.migrations import differences, migrate
from tests.integration.router.running import RunningRouter, running_router, until
from tests.integration.router.stories import said
from tests.support.rulebook_editions import edition
from tests.support.stalls import Stopwatch

WITHIN_S = 2.0


@pytest.fixture
async def second(router: RunningRouter) -> AsyncIterator[RunningRouter]:
    """Another worker of the same house."""
    async with running_router(router.settings) as running:
        yield running


async def published(router: RunningRouter, files: dict[str, str], **also: Any) -> dict[str, Any]:
    """Publish the files and return the version as it is told."""
    body = {"files": files, "why": "the desks were moved"} | also
    answer = await router.http.post("/v1/rulebooks", json=body, timeout=60)
    assert answer.status_code == 201, answer.text
    found: dict[str, Any] = answer.json()
    return found


async def in_force(router: RunningRouter) -> str:
    """Return the version by which a router decides."""
    answer = await router.http.get("/v1/queues")
    return str(answer.json().get("rulebook"))


async def ready(*routers: RunningRouter) -> None:
    """Wait until each decides by some rulebook."""
    for router in routers:
        await until(lambda router=router: _open(router))  # type: ignore[misc]


async def _open(router: RunningRouter) -> bool:
    return (await router.http.get("/v1/queues")).status_code == 200


async def follows(router: RunningRouter, version: str) -> float:
    """Wait until a router decides by a version and return the seconds that it took."""

    async def there() -> bool:
        return await in_force(router) == version

    with Stopwatch() as watch:
        await until(there)
    return watch.seconds


async def test_every_router_decides_by_what_was_published_within_two_seconds_and_goes_back(
    router: RunningRouter, second: RunningRouter
) -> None:
    await ready(router, second)
    first = await in_force(router)
    told = await published(router, edition("own", desk="complaints_lead"))
    version = told["version"]
    assert (told["in_force"], told["previous"], told["published_by"]) == (True, first, "key:service")
    assert told["why"] == "the desks were moved"
    changed = {one["file"]: one for one in told["changes"]}
    assert set(changed) == {"rulebook.yaml", "rules.yaml"}
    assert "+    then: {queue: complaints_lead}" in changed["rules.yaml"]["lines"]
    assert await in_force(router) == version
    assert await follows(second, version) < WITHIN_S

    await router.publish(said("my parcel is late", id_="one@x.test"))
    [event] = await router.told(1)
    assert (event.decision.queue, event.decision.rulebook) == ("complaints_lead", version)

    back = await router.http.post("/v1/rulebooks/rollback", json={"why": "too much for one desk"})
    assert (back.status_code, back.json()["version"]) == (200, first)
    assert await follows(second, first) < WITHIN_S
    later = said("my parcel is late", id_="two@x.test", by="bea@x.test")
    await router.publish(later)
    [event] = [one for one in await router.told(2) if one.reference == later.reference]
    assert (event.decision.queue, event.decision.rulebook) == ("logistics", first)

    listed = (await router.http.get("/v1/rulebooks")).json()["items"]
    assert [(one["version"], one["in_force"]) for one in listed] == [(version, False), (first, True)]
    kept = (await router.http.get(f"/v1/rulebooks/{version}")).json()
    assert kept["files"] == edition("own", desk="complaints_lead")
    assert (await router.http.get("/v1/rulebooks/none")).status_code == 404
    again = await router.http.post(f"/v1/rulebooks/{version}/activate", json={"why": "it was not"})
    assert (again.status_code, again.json()["in_force"]) == (200, True)


async def test_a_router_that_starts_later_decides_by_what_was_published(router: RunningRouter) -> None:
    await ready(router)
    version = (await published(router, edition("later", desk="complaints_lead")))["version"]
    async with running_router(router.settings) as late:
        await ready(late)
        assert await in_force(late) == version


async def test_a_version_is_never_changed_and_can_wait_to_be_put_in_force(router: RunningRouter) -> None:
    await ready(router)
    first, files = await in_force(router), edition("waits")
    waiting = await published(router, files, activate=False)
    assert (waiting["in_force"], await in_force(router)) == (False, first)
    again = await published(router, files, why="somebody else says something else", activate=False)
    assert {key: again[key] for key in ("version", "why", "published_at")} == {
        key: waiting[key] for key in ("version", "why", "published_at")
    }


async def test_what_is_not_passed_is_not_published(router: RunningRouter) -> None:
    await ready(router)
    first, files = await in_force(router), edition("wrong", desk="complaints_leed")
    answer = await router.http.post("/v1/rulebooks", json={"files": files, "why": "a slip"}, timeout=60)
    assert answer.status_code == 422
    told = answer.json()["errors"]
    assert any(
        one["pointer"] == "/files/rules.yaml" and "did you mean `complaints_lead`" in one["detail"] for one in told
    )
    files = edition("moved")
    files["rules.yaml"] = files["rules.yaml"].replace("then: {queue: refunds}", "then: {queue: accounting}")
    answer = await router.http.post("/v1/rulebooks", json={"files": files, "why": "a test says no"}, timeout=60)
    assert [one["pointer"] for one in answer.json()["errors"]] == ["/files/tests.yaml"] * 2
    assert await in_force(router) == first
    assert [one["version"] for one in (await router.http.get("/v1/rulebooks")).json()["items"]] == [first]


async def test_migrations_make_the_ledgers(empty_database_url: str) -> None:
    await migrate(url=empty_database_url, service="router")
    assert "router.rulebook_activations" in rulebook_tables.rulebook_activations.metadata.tables
    assert await differences(url=empty_database_url, metadata=rulebook_tables.rulebook_activations.metadata) == []


async def test_only_who_may_publishes_and_where_told_so_a_second_person_activates(router: RunningRouter) -> None:
    settings = router.settings.model_copy(update={"rulebook_second_person": True})
    anna = router.holding("rulebook:admin")
    async with running_router(settings) as careful:
        await ready(careful)
        body = {"files": edition("two"), "why": "Anna wants it"}
        reader = careful.holding("complaints:read")
        assert (await careful.http.post("/v1/rulebooks", json=body, headers=reader)).status_code == 403
        told = (await careful.http.post("/v1/rulebooks", json=body, headers=anna, timeout=60)).json()
        assert (told["in_force"], told["published_by"]) == (False, "key:anna")
        door = f"/v1/rulebooks/{told['version']}/activate"
        why = {"why": "it is Friday"}
        assert (await careful.http.post(door, json=why, headers=anna)).status_code == 409
        assert (await careful.http.post(door, json=why)).json()["in_force"] is True


async def test_bodies_that_are_no_rulebook_are_refused(router: RunningRouter) -> None:
    await ready(router)
    bodies: tuple[Any, ...] = (
        {"files": {}},
        {"files": {"a": "x"}},
        {"files": {"a": "x"}, "why": "x"},
        {"why": "because"},
        [],
    )
    for body in bodies:
        assert (await router.http.post("/v1/rulebooks", json=body)).status_code == 422, body
    both = {"files": {"lexicon": "x", "lexicon/it.yaml": "y"}, "why": "a file is a folder"}
    assert (await router.http.post("/v1/rulebooks", json=both)).status_code == 422
    assert (await router.http.post("/v1/rulebooks/check", json={"files": {"a.yaml": "\0"}})).status_code == 422


async def test_no_record_is_lost_or_decided_twice_while_rulebooks_change(
    router: RunningRouter, second: RunningRouter
) -> None:
    await ready(router, second)
    first, count = await in_force(router), 240
    messages = [said("my parcel is late", id_=f"m{n}@x.test", by=f"p{n}@x.test", after=n) for n in range(count)]

    async def speak() -> None:
        for begin in range(0, count, 20):
            await router.publish(*messages[begin : begin + 20])
            await asyncio.sleep(0.1)

    async def change() -> list[str]:
        versions = []
        for number, desk in enumerate(("complaints_lead", "operations")):
            versions.append((await published(router, edition(f"v{number}", desk=desk)))["version"])
        return versions

    _, versions = await asyncio.gather(speak(), change())
    events = await router.told(count)
    desks = {first: "logistics", versions[0]: "complaints_lead", versions[1]: "operations"}
    assert {e.reference for e in events} == {m.reference for m in messages}
    assert all(e.decision.queue == desks[e.decision.rulebook] for e in events)
    engine = create_async_engine(router.settings.async_url)
    async with engine.connect() as connection:
        rows = await connection.execute(text("SELECT complaint_id, rulebook FROM router.decisions"))
        decided = rows.all()
    await engine.dispose()
    assert len(decided) == count
    assert set(Counter(row.complaint_id for row in decided).values()) == {1}
    assert {row.rulebook for row in decided} == {e.decision.rulebook for e in events}
