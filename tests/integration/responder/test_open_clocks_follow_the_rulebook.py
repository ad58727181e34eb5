"""A rulebook with a holiday that was announced late is published: open clocks follow it, once, and say why."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

from services.responder.settings import ResponderSettings
from shared.rulebook.bundle import loaded_from
from tests.integration.responder.neighbours import Neighbours
from tests.integration.responder.routed_events import RoutedComplaint, decided
from tests.integration.responder.running import RunningResponder, running, until
from tests.support.rulebook_editions import edition


def _announced(version: str, *, days: int) -> dict[str, Any]:
    """Publish the default rulebook with the next days as holidays of Italy's law."""
    files = edition(version)
    today = datetime.now(UTC).date()  # noqa: TID251 - a test's present
    late = ", ".join(f"{today + timedelta(days=n)}: Late" for n in range(1, days + 1))
    head, tail = files["calendars.yaml"].split("  it.law:\n")
    if late:
        tail = tail.replace("    always: true\n", f"    always: true\n    extra_holidays: {{{late}}}\n", 1)
    files["calendars.yaml"] = f"{head}  it.law:\n{tail}"
    return {"version": loaded_from(files).version, "files": files}


async def _rebased(responder: RunningResponder, routed: RoutedComplaint) -> list[dict[str, Any]]:
    return [entry for entry in await responder.timeline(routed) if entry["kind"] == "rebased"]


async def test_a_holiday_announced_late_moves_open_clocks_once(
    responder: RunningResponder, settings: ResponderSettings, neighbours: Neighbours
) -> None:
    routed = RoutedComplaint(decision=decided(policy="it.bank.payment"))
    other = RoutedComplaint(decision=decided(policy="it.bank.general"), to="393330000002")
    await responder.feed(routed.opened(), other.opened())
    before = await responder.clock(routed, "resolve")
    stays = await responder.clock(other, "resolve")
    neighbours.rulebook = _announced("late", days=10)

    async def moved() -> list[dict[str, Any]] | None:
        return await _rebased(responder, routed) or None

    (entry,) = await until("rebased", moved)
    after = await responder.clock(routed, "resolve")
    said = entry["data"]["clocks"]["resolve"]
    assert after["due_at"] > before["due_at"]
    assert (said["previous_due_at"], said["due_at"]) == (before["due_at"], after["due_at"])
    assert "is now a public holiday, Late" in said["why"]
    assert (await responder.clock(other, "resolve"))["due_at"] == stays["due_at"]
    assert await _rebased(responder, other) == []
    told = await responder.http.get(f"/v1/complaints/{routed.reference}/clocks/resolve/explain")
    assert (told.json()["counted_days"], told.json()["moves"][0]["entry"]) == (15, "rebased")
    assert "Late" in str(told.json()["reasons"])

    async def remembered() -> bool:
        return bool(await responder.rows("SELECT edition FROM responder.rebased WHERE edition LIKE 'late-%'"))

    await until("remembered", remembered)
    async with running(settings, neighbours) as second:

        async def followed() -> bool:
            return str(second.assembled.rebaser.held_against).startswith("late-")

        await until("the second process follows", followed)
        assert len(await _rebased(second, routed)) == 1


async def test_an_edition_taken_back_moves_the_dates_back_and_names_that(
    responder: RunningResponder, neighbours: Neighbours
) -> None:
    routed = RoutedComplaint(decision=decided(policy="it.bank.payment"))
    await responder.feed(routed.opened())
    before = await responder.clock(routed, "resolve")
    neighbours.rulebook = _announced("wrong", days=6)

    async def entries(number: int) -> list[dict[str, Any]] | None:
        found = await _rebased(responder, routed)
        return found if len(found) == number else None

    await until("moved", lambda: entries(1))
    neighbours.rulebook = _announced("mended", days=0)
    found = await until("moved back", lambda: entries(2))
    assert found[1]["data"]["clocks"]["resolve"]["earlier"] is True
    assert (await responder.clock(routed, "resolve"))["due_at"] == before["due_at"]


async def test_every_open_complaint_is_reached_batch_by_batch(
    responder: RunningResponder, neighbours: Neighbours
) -> None:
    several = [RoutedComplaint(decision=decided(policy="it.bank.payment"), to=f"39333{n:07}") for n in range(230)]
    await responder.feed(*(routed.opened() for routed in several))
    neighbours.rulebook = _announced("many", days=10)

    async def all_moved() -> bool:
        rows = await responder.rows("SELECT count(*) FROM responder.timeline WHERE kind = 'rebased'")
        return bool(rows[0][0] == len(several))

    await until("all moved", all_moved, within_s=30)
    (row,) = await responder.rows(
        "SELECT count(*), count(DISTINCT (c.due_at, w.resolve_due_at)) FROM responder.work w "
        "JOIN responder.clocks c USING (complaint_id) WHERE c.kind = 'resolve' AND c.due_at = w.resolve_due_at"
    )
    assert (row[0], row[1]) == (len(several), 1)
