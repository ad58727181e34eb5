"""Five surges among 100,000 complaints of a day are noticed soon, and hardly anything else is taken for one."""

from __future__ import annotations

import random
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

import pytest

from services.router.domain.surges.detector import Detector
from tests.unit.router.surges.synthetic_day import Said, day, five_surges

SOON = timedelta(minutes=15)
_LOOKED_AFTER_EVERY = 500


@dataclass(kw_only=True)
class Judged:
    """What was planted, and what was noticed of it."""

    planted: dict[UUID, str] = field(default_factory=dict)
    tenth: dict[str, datetime] = field(default_factory=dict)
    found: dict[str, datetime] = field(default_factory=dict)
    false_alarms: list[tuple[object, ...]] = field(default_factory=list)
    so_far: Counter[str] = field(default_factory=Counter)
    linked: dict[str, set[UUID]] = field(default_factory=dict)
    largest: int = 0

    def plant(self, said: Said) -> None:
        """Remember to which surge a complaint is due."""
        if said.planted:
            self.planted[said.observation.complaint_id] = said.planted
            self.so_far[said.planted] += 1
            if self.so_far[said.planted] == 10:
                self.tenth[said.planted] = said.observation.at

    def notice(self, detector: Detector, number: int, at: datetime) -> str:
        """Say what an alarm is due to: to a surge if most of its complaints are, and if it is the first of it."""
        surge = detector.going[number].surge
        due_to = Counter(self.planted.get(one) for one in surge.complaints)
        cause, count = due_to.most_common(1)[0]
        if cause is None or count < len(surge.complaints) / 2 or cause in self.found:
            self.false_alarms.append((at, surge.signs, due_to))
            return "nothing"
        self.found[cause] = at
        return cause


def watched(seed: int) -> Judged:
    """Let a detector look at a whole day."""
    detector, judged, causes = Detector(), Judged(), dict[int, str]()
    surges = five_surges(random.Random(seed))
    for place, said in enumerate(day(seed, complaints=100_000, surges=surges)):
        judged.plant(said)
        noticed = detector.observe(said.observation)
        if noticed.began is not None:
            causes[noticed.began] = judged.notice(detector, noticed.began, said.observation.at)
        for number in noticed.belongs_to:
            members = judged.linked.setdefault(causes[number], set())
            members |= {said.observation.complaint_id, *detector.going[number].surge.complaints}
        if place % _LOOKED_AFTER_EVERY == 0:
            detector.over()
            judged.largest = max(judged.largest, detector.size())
    return judged


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_five_surges_of_a_day_are_found_soon_and_two_false_alarms_are_the_most(seed: int) -> None:
    judged = watched(seed)
    late = {
        name: judged.found.get(name) for name, tenth in judged.tenth.items()
        if judged.found.get(name, tenth + 2 * SOON) > tenth + SOON
    }  # fmt: skip
    assert len(judged.tenth) == 5
    assert late == {}, (judged.tenth, judged.false_alarms)
    assert len(judged.false_alarms) <= 2, judged.false_alarms
    for name, members in judged.linked.items():
        if name != "nothing":
            due = sum(judged.planted.get(one) == name for one in members)
            assert due > 0.5 * len(members), (name, due, len(members))
            assert due > 0.6 * judged.so_far[name], (name, due, judged.so_far[name])
    assert judged.largest < 2_500_000
