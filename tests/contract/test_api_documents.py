"""What outsiders read in docs/api is what the code says."""

from __future__ import annotations

import pytest

from deploy.api_documents import FOLDER, documents, written

DOCUMENTS = documents()


@pytest.mark.parametrize("name", sorted(DOCUMENTS))
def test_the_written_document_is_the_present_one(name: str) -> None:
    assert (FOLDER / name).read_text(encoding="utf-8") == written(DOCUMENTS[name]), (
        f"docs/api/{name} is not what the code says; run `python -m deploy.api_documents` and read the difference"
    )


def test_nothing_else_stands_there() -> None:
    assert {f.name for f in FOLDER.glob("*.json")} == set(DOCUMENTS)
