"""Many customers with the same thing are offered as one incident, whoever watches and whatever is killed."""

from __future__ import annotations

import random
from datetime import timedelta
from pathlib import Path
from typing import Any

from msgspec import structs

from services.router.settings import RouterSettings
from services.router.store.watching import LEASE
from services.router.usecases.watch import Watch
from shared.clock import FixedClock
from shared.contracts.received import MessageReceived
from shared.ids import event_id
from shared.rulebook.load import load
from tests.integration.router.running import RunningRouter, running_router, until
from tests.integration.router.stories import NOON, Desk, said

RULEBOOK = load(Path(__file__).resolve().parents[3] / "deploy" / "rulebook")
_WORDS = [f"{a}{b}parola" for a in ("bra", "cla", "dre", "fle", "gro") for b in ("nda", "sto", "lme", "rpi")]


def usual(n: int, *, seed: int = 1, until_s: float = 0.0) -> list[MessageReceived]:
    """Return complaints of the two hours before noon, each of somebody else."""
    chance = random.Random(seed)
    return [
        said(
            f"Un problema: {' '.join(chance.sample(_WORDS, 4))}", id_=f"u{seed}.{k}", by=f"u{seed}.{k}@example.test",
            after=until_s - 7200 * (n - k) / n,
        )
        for k in range(n)
    ]  # fmt: skip


def boiler(k: int, *, after: float = 0.0) -> MessageReceived:
    """Return a complaint about the boiler that everybody complains of."""
    text = "La caldaia KX900 che ho comprato è rotta e perde acqua, voglio un rimborso."
    return said(text, id_=f"b{k}", by=f"b{k}@example.test", after=after + k * 15)


def watch_of(desk: Desk, clock: FixedClock) -> Watch:
    return Watch(engine=desk.engine, clock=clock, rulebook=lambda: RULEBOOK)


async def _incidents(desk: Desk) -> list[Any]:
    return list(await desk.rows("SELECT * FROM router.incidents ORDER BY noticed_at"))


async def _linked(desk: Desk) -> set[Any]:
    return {row.complaint_id for row in await desk.rows("SELECT complaint_id FROM router.incident_complaints")}


async def test_a_surge_is_offered_with_all_of_its_complaints_and_ends(desk: Desk) -> None:
    clock = FixedClock(NOON)
    watch = watch_of(desk, clock)
    await desk.file(*usual(400))
    await watch.look()
    assert await _incidents(desk) == []

    boilers = [boiler(k) for k in range(20)]
    clock.instant = NOON + timedelta(minutes=5)
    await desk.file(*boilers[:15])
    await watch.look()
    [incident] = await _incidents(desk)
    assert (incident.state, incident.ended_at) == ("offered", None)
    told = {"caldaia", "kx900", "comprato", "rotta", "perde", "acqua", "voglio", "rimborso"}
    assert incident.signs[0]["word"] in told
    assert await _linked(desk) == {b.complaint_id for b in boilers[:15]}
    await desk.file(*boilers[15:])
    await watch.look()
    assert await _linked(desk) == {b.complaint_id for b in boilers}

    clock.instant = NOON + timedelta(hours=5)
    await desk.file(*usual(400, seed=2, until_s=5 * 3600))
    await watch.look()
    [incident] = await _incidents(desk)
    assert incident.ended_at == clock.instant
    assert len(await desk.announced()) == 820, "each complaint is announced once, as if there were no incident"
    assert [row.n for row in await desk.rows("SELECT count(*) AS n FROM router.unwatched")] == [0]


async def test_another_router_goes_on_where_one_was_killed(desk: Desk) -> None:
    clock = FixedClock(NOON)
    first, second = watch_of(desk, clock), watch_of(desk, clock)
    await desk.file(*usual(400))
    await first.look()
    await desk.file(*(boiler(k) for k in range(10)))
    await first.look()
    await desk.file(*(boiler(k) for k in range(10, 16)))
    await second.look()
    assert len(await desk.rows("SELECT number FROM router.unwatched")) == 1, "the first still holds the watch"

    clock.instant += LEASE + timedelta(seconds=1)
    await second.look()
    [incident] = await _incidents(desk)
    assert len(await _linked(desk)) == 16

    await desk.file(*(boiler(k) for k in range(16, 20)))
    await first.look()
    assert len(await _linked(desk)) == 16, "who was away has lost the watch"
    third = watch_of(desk, clock)
    clock.instant += LEASE + timedelta(seconds=1)
    await third.look()
    assert [row.incident_id for row in await _incidents(desk)] == [incident.incident_id]
    assert len(await _linked(desk)) == 20


async def test_what_robots_write_is_not_watched(desk: Desk) -> None:
    robots = [structs.replace(boiler(k), automatic="auto-submitted") for k in range(30)]
    await desk.file(*usual(300), *robots)
    await watch_of(desk, FixedClock(NOON)).look()
    assert await _incidents(desk) == []


async def test_a_lead_settles_an_incident_over_rest(
    database_url: str, kafka_bootstrap_servers: str, topic_prefix: str, tmp_path: Path
) -> None:
    settings = RouterSettings(
        database_url=database_url, kafka_bootstrap_servers=kafka_bootstrap_servers, topic_prefix=topic_prefix,
        house_key_file=tmp_path / "house.key", blob_url=f"file:{tmp_path}/blobs", watch_every_s=0.1,
    )  # fmt: skip
    async with running_router(settings) as router:
        await router.publish(*usual(300))
        await until(lambda: _counted(router, 300))
        boilers = [boiler(k) for k in range(20)]
        await router.publish(*boilers)
        [offered] = await until(lambda: _listed(router, complaints=20))
        assert offered["state"] == "offered"
        assert offered["examples"] == [b.reference for b in boilers[:5]]
        assert offered["because"]["customers"] >= 8 > offered["because"]["usual"]

        path = f"/v1/incidents/{offered['incident_id']}"
        for state, answer in (("accepted", "accept"), ("rejected", "reject"), ("accepted", "accept")):
            done = await router.http.post(f"{path}/{answer}")
            assert (done.status_code, done.json()["state"]) == (200, state), done.text
            shown = (await router.complaint(boilers[3].reference))["incidents"]
            assert [i["incident_id"] for i in shown] == ([] if state == "rejected" else [offered["incident_id"]])
        assert (await router.http.get(path)).json()["settled_by"]
        page = (await router.http.get(f"{path}/complaints", params={"limit": 12})).json()
        rest = (await router.http.get(f"{path}/complaints", params={"cursor": page["next_cursor"]})).json()
        references = [i["reference"] for i in (*page["items"], *rest["items"])]
        assert references == [b.reference for b in reversed(boilers)]
        assert (await router.http.get("/v1/incidents", params={"state": "offered"})).json()["items"] == []

        nowhere = f"/v1/incidents/{event_id('none')}"
        for method, url in (("GET", nowhere), ("POST", f"{nowhere}/accept"), ("GET", f"{nowhere}/complaints")):
            assert (await router.http.request(method, url)).status_code == 404
        reader = router.holding("complaints:read")
        assert (await router.http.post(f"{path}/reject", headers=reader)).status_code == 403
        assert (await router.http.get("/v1/incidents", headers=router.holding("ops:read"))).status_code == 403
        metrics = (await router.http.get("/metrics")).text
        assert "router_incidents_noticed_total" in metrics


async def _counted(router: RunningRouter, n: int) -> bool:
    items = (await router.http.get("/v1/complaints", params={"limit": 500})).json()["items"]
    return len(items) >= n


async def _listed(router: RunningRouter, *, complaints: int) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = (await router.http.get("/v1/incidents")).json()["items"]
    return items if items and items[0]["complaints"] >= complaints else []
