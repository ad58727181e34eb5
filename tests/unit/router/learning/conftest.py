"""Trained once: what the tests of the classifier look at."""

from __future__ import annotations

import pytest

from services.router.learning.meanings import meanings
from services.router.learning.training import Trained, train
from tests.unit.router.learning.sayings import sayings, split


@pytest.fixture(scope="session")
def italian() -> Trained:
    learnt, _ = split(sayings("it"))
    return train(learnt, precision=0.95, meanings=meanings(), tell=lambda _: None)
