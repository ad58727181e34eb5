"""The small words that the files of a rulebook share: codes, titles in several languages, severities, priorities."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import AfterValidator, StringConstraints

from shared.rulebook.mends import wrong

Severity = Literal["S1", "S2", "S3", "S4"]
Priority = Literal["P1", "P2", "P3", "P4"]

Code = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]{0,62}$")]
"""How a queue, category, signal or outcome is named: lower case, digits and underscores."""

RuleId = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9-]{0,62}$")]
"""How a rule is named: like a code, with hyphens."""

LanguageCode = Annotated[str, StringConstraints(pattern=r"^[a-z]{2,3}$")]


def _with_english(titles: dict[str, str]) -> dict[str, str]:
    if not titles.get("en"):
        raise wrong("no English title", mend="add `en:`; it is shown where a language has none of its own")
    return titles


Titles = Annotated[dict[LanguageCode, str], AfterValidator(_with_english)]
"""One title per language; English is always among them."""


def title_in(titles: Mapping[str, str], language: str) -> str:
    """Return the title in `language`, in English where there is none."""
    return titles.get(language) or titles["en"]
