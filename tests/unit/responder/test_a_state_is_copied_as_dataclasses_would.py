"""The fold's own `replace` gives what `dataclasses.replace` gives, and leaves what it was given alone."""

from __future__ import annotations

import dataclasses
from typing import Any

import pytest

from services.responder.domain.replacing import replace
from tests.unit.responder.house import RECEIVED, Desk

DESK = Desk()


@pytest.mark.parametrize(
    ("one", "changes"),
    [
        (DESK.state, {"owner": "agent", "seq": 7, "clocks": {}}),
        (DESK.state, {}),
        (DESK.state.clocks["resolve"], {"state": "met", "stopped_at": RECEIVED}),
        (DESK.state.steps[0], {"state": "done", "evidence": "seen"}),
        (DESK.state.acknowledgement, {"state": "queued"}),
    ],
)
def test_a_copy_is_the_one_that_dataclasses_makes(one: Any, changes: dict[str, Any]) -> None:
    before = dataclasses.asdict(one)
    copied = replace(one, **changes)
    assert copied is not one
    assert copied == dataclasses.replace(one, **changes)
    assert dataclasses.asdict(one) == before


def test_a_field_that_is_not_there_is_refused() -> None:
    with pytest.raises(AttributeError):
        replace(DESK.state, colour="red")
