"""The rulebook's words as the console shows them: a title for each code."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from shared.rulebook.load import Rulebook
from shared.rulebook.words import title_in

_LANGUAGE = "en"


def vocabulary(rulebook: Rulebook) -> str:
    """Return titles of queues, categories, outcomes, causes, redress and reopen reasons as JSON for a page."""
    taxonomy = rulebook.taxonomy
    words = {
        "rulebook": rulebook.version,
        "queues": _titles(rulebook.queues),
        "categories": _titles(taxonomy.categories),
        "subcategories": {
            f"{category}/{code}": _title(entry)
            for category, described in taxonomy.categories.items()
            for code, entry in described.subcategories.items()
        },
        "outcomes": _titles(taxonomy.outcomes),
        "root_causes": _titles(taxonomy.root_causes),
        "redress": _titles(taxonomy.redress),
        "reopen_reasons": _titles(taxonomy.reopen_reasons),
    }
    # A page holds this as a data block: no title can end it early.
    return json.dumps(words, ensure_ascii=False).replace("<", "\\u003c")


def _titles(entries: Mapping[str, Any]) -> dict[str, str]:
    return {code: _title(entry) for code, entry in entries.items()}


def _title(entry: Any) -> str:
    titles: Mapping[str, str] = entry.titles
    return title_in(titles, _LANGUAGE)
