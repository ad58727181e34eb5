"""Whoever writes a rule finds every fact, with its kind and an example that holds, in the how-to page."""

from __future__ import annotations

from pathlib import Path

import pytest

from shared.rulebook.facts import FACTS
from shared.rulebook.rules import Rule, Then

PAGE = Path(__file__).parents[3] / "docs" / "how-to" / "change-the-rules.md"
KINDS = {
    str: "text",
    list: "list of texts",
    bool: "true or false",
    int: "number",
    float: "number",
    dict: "texts by key",
}


def test_the_page_lists_the_facts_as_the_code_has_them() -> None:
    rows = [line for line in PAGE.read_text(encoding="utf-8").splitlines() if line.startswith("| `complaint.")]
    assert rows == [
        f"| `complaint.{name}` | {KINDS[fact.kind]} | {fact.says} | `{fact.example}` |" for name, fact in FACTS.items()
    ]


@pytest.mark.parametrize("name", FACTS)
def test_each_example_is_a_condition_that_holds_water(name: str) -> None:
    assert Rule(id="example", title="An example", when=FACTS[name].example, then=Then()).when
