"""Rulebooks are read in other processes, too; what is wrong with one arrives as it was told there."""

from __future__ import annotations

import pickle
from pathlib import Path

import pytest

from shared.rulebook.load import RulebookInvalid, load


def test_the_problems_arrive_whole(tmp_path: Path) -> None:
    with pytest.raises(RulebookInvalid) as invalid:
        load(tmp_path)
    arrived = pickle.loads(pickle.dumps(invalid.value))
    assert len(invalid.value.problems) > 3
    assert arrived.problems == invalid.value.problems
    assert str(arrived) == str(invalid.value)
