"""W3C trace context (https://www.w3.org/TR/trace-context/): from the request through Kafka to the answer."""

from __future__ import annotations

import random
import re
from contextvars import ContextVar

_FORM = re.compile(r"00-([0-9a-f]{32})-([0-9a-f]{16})-[0-9a-f]{2}")
_current: ContextVar[str | None] = ContextVar("traceparent", default=None)


def current_traceparent() -> str | None:
    """Return the trace context of the work at hand, to be passed on."""
    return _current.get()


def enter_trace(incoming: str | None) -> str:
    """Continue the trace that came in, or begin one; the context holds for the current task."""
    match = _FORM.fullmatch(incoming) if incoming else None
    drawn = f"{random.getrandbits(192):048x}"
    trace_id = match.group(1) if match and set(match.group(1)) != {"0"} else drawn[16:]
    traceparent = f"00-{trace_id}-{drawn[:16]}-01"
    _current.set(traceparent)
    return traceparent


def trace_id(traceparent: str | None) -> str | None:
    """Return the trace's id, for a log line."""
    match = _FORM.fullmatch(traceparent) if traceparent else None
    return match.group(1) if match else None
