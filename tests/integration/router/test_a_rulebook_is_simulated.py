"""Before anybody is decided upon by a rulebook, it is seen whom it would have moved."""

from __future__ import annotations

from typing import Any

from tests.integration.router.running import RunningRouter, until
from tests.integration.router.stories import said
from tests.integration.router.test_a_rulebook_is_published import in_force, ready
from tests.support.rulebook_editions import edition

TIME = {"from": "2026-11-01T00:00:00Z", "to": "2026-12-01T00:00:00Z"}


async def ended(router: RunningRouter, simulation_id: str) -> dict[str, Any]:
    """Wait until a simulation is no longer running and return it."""

    async def probe() -> dict[str, Any] | None:
        found: dict[str, Any] = (await router.http.get(f"/v1/rulebooks/simulations/{simulation_id}")).json()
        return None if found["state"] == "running" else found

    found = await until(probe)
    assert found is not None
    return found


async def test_it_is_told_who_would_move_and_nobody_is_moved(router: RunningRouter) -> None:
    await ready(router)
    late = [said("my parcel is late", id_=f"l{n}@x.test", by=f"l{n}@x.test", after=n) for n in range(7)]
    bills = [said("the bill is wrong", id_=f"b{n}@x.test", by=f"b{n}@x.test", account="shop") for n in range(3)]
    await router.publish(*late, *bills)
    await router.told(10)
    first = await in_force(router)
    body = {"files": edition("try", desk="complaints_lead")} | TIME
    answer = await router.http.post("/v1/rulebooks/simulate", json=body, timeout=60)
    assert answer.status_code == 202, answer.text
    told = answer.json()
    assert (told["state"], told["complaints"], told["compared_with"]) == ("running", 10, first)
    found = await ended(router, told["simulation_id"])
    assert (found["state"], found["done"]) == ("done", 10)
    result = found["result"]
    assert (result["complaints"], result["moved"], result["unreadable"]) == (10, 7, 0)
    [way] = result["queues"]
    assert (way["from"], way["to"], way["complaints"]) == ("logistics", "complaints_lead", 7)
    assert set(way["examples"]) <= {message.reference for message in late}
    assert len(way["examples"]) == 5
    assert result["policies"] == []
    assert await in_force(router) == first
    assert (await router.complaint(late[0].reference))["decision"]["queue"] == "logistics"


async def test_a_simulation_can_be_cancelled_and_refused(router: RunningRouter) -> None:
    await ready(router)
    await router.publish(said("my parcel is late", id_="one@x.test"))
    await router.told(1)
    body = {"files": edition("try")} | TIME
    told = (await router.http.post("/v1/rulebooks/simulate", json=body, timeout=60)).json()
    door = f"/v1/rulebooks/simulations/{told['simulation_id']}"
    cancelled = (await router.http.post(f"{door}/cancel")).json()
    assert cancelled["state"] in {"cancelled", "done"}
    assert (await ended(router, told["simulation_id"]))["state"] == cancelled["state"]
    wrong = {"files": edition("wrong", desk="nowhere")} | TIME
    assert (await router.http.post("/v1/rulebooks/simulate", json=wrong, timeout=60)).status_code == 422
    backwards = {"files": edition("try"), "from": TIME["to"], "to": TIME["from"]}
    assert (await router.http.post("/v1/rulebooks/simulate", json=backwards)).status_code == 422
    assert (await router.http.post("/v1/rulebooks/simulate", json={"files": {"a": "x"}, "from": 7})).status_code == 422
    nobody = "00000000-0000-0000-0000-000000000000"
    assert (await router.http.get(f"/v1/rulebooks/simulations/{nobody}")).status_code == 404
    reader = router.holding("complaints:read")
    assert (await router.http.get(door, headers=reader)).status_code == 403
