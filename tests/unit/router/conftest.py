"""The default rulebook, read once: what is judged here is what is delivered."""

from __future__ import annotations

import pytest

from shared.rulebook.load import Rulebook
from tests.unit.router.corpus import default_rulebook


@pytest.fixture(scope="session")
def rulebook() -> Rulebook:
    return default_rulebook()
