"""A rate limit stops one caller, says until when, and forgets nobody's neighbour."""

from __future__ import annotations

import pytest

from shared.web.problems import Problem
from shared.web.rates import Rates


def test_the_caller_over_the_limit_is_told_when_to_come_again_and_others_are_not_touched() -> None:
    rates = Rates(per_minute=3)
    for _ in range(3):
        rates.spend("a")
    with pytest.raises(Problem) as refused:
        rates.spend("a")
    assert refused.value.status == 429
    assert 1 <= int(refused.value.headers["Retry-After"]) <= 21
    rates.spend("b")


def test_a_limit_of_sixty_a_minute_lets_one_more_through_after_a_second(monkeypatch: pytest.MonkeyPatch) -> None:
    instant = [100.0]
    monkeypatch.setattr("shared.web.rates.time.monotonic", lambda: instant[0])
    rates = Rates(per_minute=60)
    for _ in range(60):
        rates.spend("a")
    instant[0] += 1.01
    rates.spend("a")
    with pytest.raises(Problem):
        rates.spend("a")
