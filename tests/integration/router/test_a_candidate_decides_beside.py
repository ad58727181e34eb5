"""A candidate decides beside the rulebook in force: counted in every router, felt by nobody."""

from __future__ import annotations

from typing import Any

from tests.integration.router.running import RunningRouter, running_router, until
from tests.integration.router.stories import said
from tests.integration.router.test_a_rulebook_is_published import in_force, published, ready
from tests.support.rulebook_editions import edition


async def counting(router: RunningRouter, number: int) -> dict[str, Any]:
    """Publish until the candidate has counted so many complaints, and return what it told."""

    async def counted() -> dict[str, Any] | None:
        told: dict[str, Any] = (await router.http.get("/v1/rulebooks/shadow")).json()
        return told if told["counted"].get("complaints", 0) >= number else None

    found = await until(counted)
    assert found is not None
    return found


async def test_differences_are_counted_and_nobody_is_moved(router: RunningRouter) -> None:
    await ready(router)
    first = await in_force(router)
    assert (await router.http.get("/v1/rulebooks/shadow")).json() == {"version": None}
    version = (await published(router, edition("beside", desk="complaints_lead"), activate=False))["version"]
    why = {"why": "to see whom it would move"}
    assert (await router.http.post("/v1/rulebooks/none/shadow", json=why)).status_code == 404
    begun = await router.http.post(f"/v1/rulebooks/{version}/shadow", json=why)
    assert (begun.status_code, begun.json()["version"], begun.json()["counted"]) == (200, version, {})
    shelf = router.app.state.parts.shelf
    await shelf.follow_candidate()

    mine = [said("my parcel is late", id_=f"m{n}@x.test", by=f"m{n}@x.test") for n in range(4)]
    others = [said("my parcel is late", id_=f"o{n}@x.test", by=f"o{n}@x.test", account="shop") for n in range(2)]
    await router.publish(*mine, *others)
    events = await router.told(6)
    assert {(e.decision.queue, e.decision.rulebook) for e in events} == {("logistics", first)}
    told = (await counting(router, 6))["counted"]
    assert (told["complaints"], told["moved"]) == (6, 4)
    [way] = told["queues"]
    assert (way["from"], way["to"], way["complaints"]) == ("logistics", "complaints_lead", 4)
    assert set(way["examples"]) == {message.reference for message in mine}

    async with running_router(router.settings) as second:
        await ready(second)
        await second.app.state.parts.shelf.follow_candidate()
        more = [said("my parcel is late", id_=f"p{n}@x.test", by=f"p{n}@x.test") for n in range(8)]
        await router.publish(*more)
        assert (await counting(router, 14))["counted"]["moved"] == 12

    assert (await router.http.post("/v1/rulebooks/shadow/end", json=why)).json()["version"] is None
    await shelf.follow_candidate()
    assert shelf.rules().judge is shelf.judge
    assert await in_force(router) == first
