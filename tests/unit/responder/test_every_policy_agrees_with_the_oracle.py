"""All policies, ten years, four zones, around each change of clocks: our dates, their explanations and the oracle's."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.unit.responder.preset_product import YEARS, ZONES, Case, clocks, differs, plain_policies, product, ways

EVERY = 101
"""Of the whole product only so many is taken here; `make chaos` takes all of it."""


def test_a_sample_of_the_whole_product_agrees() -> None:
    sample = list(itertools.islice(product(), 0, None, EVERY))
    assert {case.zone for case in sample} == set(ZONES)
    assert {case.start.year for case in sample} >= set(YEARS)
    assert {case.policy for case in sample} == {policy for policy, _, _ in ways()} <= set(plain_policies())
    assert [found for case in sample if (found := differs(case))] == []


@settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    clock=st.sampled_from(clocks()),
    zone=st.sampled_from(ZONES),
    minute=st.integers(0, 12 * 366 * 1440),
)
def test_no_difference_is_found_at_any_minute(clock: tuple[str, str, bool], zone: str, minute: int) -> None:
    policy, kind, extended = clock
    start = datetime(2020, 1, 1, tzinfo=UTC) + timedelta(minutes=minute)
    assert differs(Case(policy=policy, kind=kind, zone=zone, start=start, extended=extended)) is None
