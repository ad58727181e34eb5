"""What a rulebook would decide otherwise, before anybody is decided upon by it: simulated, or beside the live one."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request

from services.router.api.parts import parts, told
from services.router.api.rulebook_bodies import Activation, RulebookToSimulate, Version, as_documented, read_rulebook
from shared.web.access import Principal, require
from shared.web.problems import Problem

routes = APIRouter(tags=["rulebook"])
_lead = require("rulebook:admin")
_USUAL = timedelta(days=90)


@routes.post("/v1/rulebooks/simulate", status_code=202, openapi_extra=as_documented(RulebookToSimulate))
async def simulate(request: Request, principal: Principal = Depends(_lead)) -> dict[str, Any]:
    """Begin to decide the complaints of a time again, by this rulebook; nothing is changed by it.

    What was decided when each came is compared with what this rulebook would decide of it: queue, playbook, policy,
    priority, and whether its clocks would run by other terms. One simulation runs at a time in each router.
    """
    held = await read_rulebook(request, RulebookToSimulate)
    at = parts(request)
    until = held.until or at.clock.now()
    since = held.since or until - _USUAL
    if since >= until:
        raise Problem(status=422, detail="the time ends before it begins", errors=[("/from", "an instant before `to`")])
    with told():
        return await at.simulator.start(held.files, since=since, until=until, by=f"key:{principal.key_id}")


@routes.get("/v1/rulebooks/simulations/{simulation_id}", dependencies=[Depends(_lead)])
async def read_simulation(simulation_id: UUID, request: Request) -> dict[str, Any]:
    """How far a simulation is (`done` of `complaints`), and its `result` once its `state` is `done`.

    `result` holds the numbers of `complaints`, of those `moved` to another queue and of those with `other_dates`, and
    for `queues`, `playbooks`, `policies` and `priorities` each way `from` one `to` another with a few references.
    """
    with told():
        return await parts(request).simulator.read(simulation_id)


@routes.post("/v1/rulebooks/simulations/{simulation_id}/cancel", dependencies=[Depends(_lead)])
async def cancel_simulation(simulation_id: UUID, request: Request) -> dict[str, Any]:
    """Stop a simulation; one that has ended stays as it ended."""
    with told():
        return await parts(request).simulator.cancel(simulation_id)


@routes.get("/v1/rulebooks/shadow", dependencies=[Depends(_lead)])
async def read_shadow(request: Request) -> dict[str, Any]:
    """The version that decides beside the one in force, and what it would have decided otherwise since then.

    `counted` has the shape of a simulation's `result`; it is empty while nothing was counted, and some seconds late.
    """
    return await parts(request).publisher.shadowing()


@routes.post("/v1/rulebooks/{version}/shadow")
async def begin_shadow(
    version: Version, body: Activation, request: Request, principal: Principal = Depends(_lead)
) -> dict[str, Any]:
    """Let a version that is kept decide beside the one in force; another one that did is called off."""
    with told():
        return await parts(request).publisher.shadow(version, why=body.why, by=f"key:{principal.key_id}")


@routes.post("/v1/rulebooks/shadow/end")
async def end_shadow(body: Activation, request: Request, principal: Principal = Depends(_lead)) -> dict[str, Any]:
    """Let nothing decide beside the rulebook in force any more."""
    with told():
        return await parts(request).publisher.shadow(None, why=body.why, by=f"key:{principal.key_id}")
