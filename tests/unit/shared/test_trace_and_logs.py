"""A trace goes on where it came from; a log line never holds an exception's text."""

from __future__ import annotations

import json
import logging
import sys

from shared.telemetry.logs import JsonLines
from shared.telemetry.trace import current_traceparent, enter_trace, trace_id

INCOMING = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def test_an_incoming_trace_is_continued_and_a_broken_one_is_not() -> None:
    assert trace_id(enter_trace(INCOMING)) == "4bf92f3577b34da6a3ce929d0e0e4736"
    assert current_traceparent() != INCOMING  # a span of its own
    for broken in (None, "", "00-xyz", INCOMING + "-", "00-" + "0" * 32 + "-00f067aa0ba902b7-01"):
        fresh = trace_id(enter_trace(broken))
        assert fresh is not None
        assert set(fresh) != {"0"}
        assert fresh != "4bf92f3577b34da6a3ce929d0e0e4736"


def test_an_exception_is_logged_by_type_and_place_without_its_words() -> None:
    try:
        int("anna@example.test")
    except ValueError:
        record = logging.getLogger("t").makeRecord(
            "t", logging.ERROR, __file__, 1, "it failed", (), exc_info=sys.exc_info(), extra={"n": 3}
        )
    line = JsonLines("ingest").format(record)
    told = json.loads(line)
    assert "anna" not in line
    assert (told["error"], told["n"], told["message"]) == ("ValueError", 3, "it failed")
    assert told["where"][-1].startswith("test_trace_and_logs.py:")
