"""Backing off, which errors pass by themselves, and what a log may say of an error."""

from __future__ import annotations

from datetime import timedelta

import asyncpg
import pytest
from sqlalchemy.exc import DBAPIError

from shared.faults import TryLater, Unprocessable
from shared.messaging.backoff import Backoff
from shared.messaging.outbox import lane_of
from shared.messaging.passing import passes
from shared.messaging.tables import LANES
from shared.messaging.telling import told


def test_waits_double_up_to_the_cap_and_begin_again_after_a_success() -> None:
    backoff = Backoff(first=timedelta(seconds=1), most=timedelta(seconds=8))
    waits = [backoff.next() for _ in range(100)]
    assert all(0.5 * step <= wait <= step for wait, step in zip(waits, [1, 2, 4, *[8] * 97], strict=True))
    backoff.reset()
    assert backoff.next() <= 1


def _from_database(cause: Exception) -> DBAPIError:
    original = Exception("as the dialect wraps it")
    original.__cause__ = cause
    return DBAPIError("SELECT", {}, original)


@pytest.mark.parametrize(
    ("error", "expected"),
    [
        (TryLater("away"), True),
        (TimeoutError(), True),
        (ConnectionRefusedError(), True),
        (_from_database(asyncpg.DeadlockDetectedError()), True),
        (_from_database(asyncpg.DiskFullError()), True),
        (_from_database(asyncpg.AdminShutdownError()), True),
        (_from_database(asyncpg.ConnectionDoesNotExistError()), True),
        (_from_database(asyncpg.InterfaceError("connection is closed")), True),
        (_from_database(asyncpg.UniqueViolationError()), False),
        (_from_database(asyncpg.CharacterNotInRepertoireError()), False),
        (_from_database(asyncpg.exceptions.DataError("invalid input for query argument $1")), False),
        (Unprocessable("no"), False),
        (FileNotFoundError(), False),
        (ValueError(), False),
    ],
)
def test_only_what_passes_by_itself_is_waited_for(error: Exception, expected: bool) -> None:
    assert passes(error) is expected


def test_an_error_is_told_without_its_text() -> None:
    with pytest.raises(ValueError, match="Rossi") as raised:
        _fail()
    line = told(raised.value)
    assert line["error"] == "ValueError"
    assert line["where"].endswith(" _fail")
    assert "Rossi" not in repr(line)


def _fail() -> None:
    raise ValueError("Rossi, Maria")


def test_lanes_are_used_evenly_and_never_change() -> None:
    lanes = [lane_of(f"account:{i}") for i in range(16_000)]
    assert {lanes.count(lane) > 800 for lane in range(LANES)} == {True}
    assert lane_of("whatsapp-main:393331234567") == 12
