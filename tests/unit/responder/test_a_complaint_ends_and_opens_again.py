"""Resolving, re-opening, closing, and the steps on the way."""

from __future__ import annotations

from services.responder.domain.figures import contribution
from tests.unit.responder.deeds import acknowledge, after, answer
from tests.unit.responder.house import Desk
from tests.unit.responder.moves import acknowledge, after, answer


def test_a_window_that_closes_is_no_broken_promise() -> None:
    desk = Desk("uk.fca.disp1.general")
    acknowledge(desk)
    answer(desk, after(minutes=1))
    desk.time_passes(after(days=6))
    assert desk.clock_states()["summary_resolution"] == "cancelled"
    assert [entry.kind for entry in desk.entries].count("lapsed") == 1
    assert contribution(desk.state).missed == 0
