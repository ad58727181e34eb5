"""How an error is told in a log: its type and where it arose, never its text, which may quote a customer."""

from __future__ import annotations

import traceback


def told(error: BaseException) -> dict[str, str]:
    """Return the `extra` of a log line about this error."""
    frames = traceback.extract_tb(error.__traceback__)
    ours = [f for f in frames if "site-packages" not in f.filename] or frames
    where = f"{ours[-1].filename}:{ours[-1].lineno} {ours[-1].name}" if ours else "unknown"
    return {"error": type(error).__name__, "where": where}
