"""Editions of the default rulebook, as people make them: a file changed, and the whole sent."""

from __future__ import annotations

from pathlib import Path

from shared.rulebook.bundle import files_of

DEFAULT = Path(__file__).parents[2] / "deploy" / "rulebook"


NAMED = """  - id: dear
    title: Much money
    when: complaint.amount > 1000 && complaint.currency == "EUR"
    then: {queue: complaints_lead}

  - id: ordered-sofa
    title: A sofa with its order
    when: complaint.has_order && ("divan" in complaint.products || "sofa" in complaint.products)
    then: {queue: field}

"""


def with_rules(files: dict[str, str], rules: str) -> dict[str, str]:
    """Return the files with rules that are asked before all others."""
    first = "  - id: safety-always\n"
    return files | {"rules.yaml": files["rules.yaml"].replace(first, rules + first, 1)}


def edition(version: str, *, desk: str | None = None, account: str = "care") -> dict[str, str]:
    """Return the default rulebook's files under another version; with `desk`, an account's complaints go there."""
    files = files_of(DEFAULT)
    files["rulebook.yaml"] = files["rulebook.yaml"].replace("version: ", f"version: {version}-", 1)
    if desk is not None:
        rule = (
            f"  - id: own-desk\n    title: The account has its own desk\n"
            f'    when: complaint.account == "{account}"\n    then: {{queue: {desk}}}\n\n'
        )
        files = with_rules(files, rule)
    return files
