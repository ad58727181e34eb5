"""Why something is a dead letter: codes, never narrative."""

from __future__ import annotations

HANDLER_FAILED = "handler_failed"
"""Our code could not handle it: mend the code, then replay."""

UNPROCESSABLE = "unprocessable"
"""The handler said that this one cannot be handled as it is: mend its cause, then replay."""

UNPUBLISHABLE = "unpublishable"
"""Kafka refuses it for good, as too large: raise the topic's bound, then replay."""

UNREADABLE = "unreadable"
"""It is not an event of ours; the code behind the colon says what is missing. It cannot be replayed."""
