"""How many complaints of one contact point came within a month: by when they came, whatever the order of filing."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta
from uuid import UUID, uuid4

from hypothesis import given
from hypothesis import strategies as st

from services.router.domain.repeats import MOST, WITHIN, Opening, contacts

NOON = datetime(2026, 11, 20, 12, 0, tzinfo=UTC)
ANNA, HER_PHONE, BRUNO = uuid4(), uuid4(), uuid4()


def opening(*points: UUID, days: float = 0.0) -> Opening:
    return Opening(complaint_id=uuid4(), received_at=NOON + timedelta(days=days), points=frozenset(points))


def test_each_counts_those_before_it_within_thirty_days() -> None:
    old, first, second, third, other = (
        opening(ANNA, days=-31), opening(ANNA), opening(ANNA, HER_PHONE, days=1), opening(HER_PHONE, ANNA, days=2),
        opening(BRUNO, days=2),
    )  # fmt: skip
    counted = contacts([third, old, other, second, first], stored={})
    assert [counted[o.complaint_id] for o in (old, first, second, third, other)] == [1, 1, 2, 3, 1]


def test_what_is_on_file_counts_once_however_many_points_lead_to_it() -> None:
    earlier, now = uuid4(), opening(ANNA, HER_PHONE)
    assert contacts([now], stored={now.complaint_id: [earlier, earlier]})[now.complaint_id] == 2


def test_thousands_from_one_point_are_counted_no_further_than_a_hundred() -> None:
    flood = [opening(ANNA, days=n / 10_000) for n in range(3000)]
    counted = contacts(flood, stored={})
    assert max(counted.values()) == counted[flood[-1].complaint_id] == MOST


@given(
    story=st.lists(st.tuples(st.sets(st.integers(0, 3), min_size=1), st.integers(0, 60)), max_size=30),
    seed=st.integers(0, 99),
)
def test_it_is_the_plain_count_whatever_the_order(story: list[tuple[set[int], int]], seed: int) -> None:
    people = [UUID(int=n) for n in range(4)]
    openings = [opening(*(people[n] for n in points), days=day) for points, day in story]
    plain = {
        one.complaint_id: 1
        + sum(
            (other.received_at, other.complaint_id) < (one.received_at, one.complaint_id)
            and other.received_at > one.received_at - WITHIN
            and bool(other.points & one.points)
            for other in openings
        )
        for one in openings
    }
    random.Random(seed).shuffle(openings)
    assert contacts(openings, stored={}) == plain
