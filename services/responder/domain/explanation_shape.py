"""An explanation as the API and the shell write it in JSON: instants in UTC, days as dates, reasons as sentences."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

from services.responder.domain.explaining import Explanation
from services.responder.domain.explaining_words import in_words


def shaped(told: Explanation) -> dict[str, Any]:
    """Return the explanation with its sentences under `reasons`."""
    found = asdict(told)
    found["unit"] = told.allowance.unit
    found["allowance"] = told.allowance.iso()
    found["promise_stands"] = not told.moves and told.due_at != told.computed_due_at
    found["reasons"] = list(in_words(told))
    return found
