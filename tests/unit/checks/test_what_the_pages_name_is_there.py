"""Every link of a page leads somewhere, every file that it names exists, and what readers look for has its line."""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import get_args

import pytest

from shared.channel_registry import registry
from shared.web.access import Scope
from tests.support.run import CHECKOUT

FOLDERS = ("docs", "shared", "services", "deploy", "tests")
ELSEWHERE = {
    "model.json", "report.json", "answers.csv.report.json", "accounts.json", "latest.json", ".local/bench/",
    ".local/log/", ".local/ascolto.env", "acknowledgement.long.it.bank.general.j2",
}  # fmt: skip
"""What pages name and a checkout does not hold: made at work, or an example."""
FORBIDDEN = {"utils.py", "helpers.py", "service.py", "models.py"}
_LINK = re.compile(r"\]\(([^)\s]+)\)")
_CODE = re.compile(r"`([^`\n]+)`")
_FILE = re.compile(
    r"[\w./-]+\.(py|md|yaml|json|j2|lock|toml)|(?:docs|shared|services|deploy|tests|\.local)(/[\w.-]+)+/?"
)


def pages() -> list[Path]:
    found = [page for folder in FOLDERS for page in (CHECKOUT / folder).rglob("*.md")]
    return sorted([*CHECKOUT.glob("*.md"), *found])


@cache
def files() -> frozenset[str]:
    return frozenset(
        "/" + str(file.relative_to(CHECKOUT)) for folder in FOLDERS for file in (CHECKOUT / folder).rglob("*")
    )


@cache
def anchors(page: Path) -> frozenset[str]:
    heads = re.findall(r"^#+ (.+)$", page.read_text(), re.MULTILINE)
    return frozenset(re.sub(r"[^\w\- ]", "", head.lower()).replace(" ", "-") for head in heads)


def dead_links(page: Path, text: str) -> Iterator[str]:
    for link in _LINK.findall(text):
        if link.startswith(("http://", "https://", "mailto:")):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        if not target.exists() or (anchor and anchor not in anchors(target)):
            yield link


def missing_files(page: Path, text: str) -> Iterator[str]:
    for word in (word for code in _CODE.findall(text) for word in code.split()):
        if not _FILE.fullmatch(word) or word in ELSEWHERE | FORBIDDEN or word.startswith(("/", "...")):
            continue
        named = word.rstrip("/")
        beside = (CHECKOUT / named, CHECKOUT / f"{named}.py", page.parent / named)
        if not any(path.exists() for path in beside) and not any(file.endswith("/" + named) for file in files()):
            yield word


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(CHECKOUT)))
def test_links_and_files_are_there(page: Path) -> None:
    text = page.read_text()
    assert list(dead_links(page, text)) == []
    assert list(missing_files(page, text)) == []


def test_what_is_not_there_is_noticed() -> None:
    page = CHECKOUT / "README.md"
    text = "[a](docs/none.md), [b](CONTEXT.md), [c](#nowhere), [d](#quick-start)"
    assert list(dead_links(page, text)) == ["docs/none.md", "#nowhere"]
    assert list(missing_files(page, "`shared/none.py`, `shared/ids.py`, `relay.py`")) == ["shared/none.py"]


def test_every_page_is_linked_from_another() -> None:
    linked = {
        (page.parent / link.partition("#")[0]).resolve() for page in pages() for link in _LINK.findall(page.read_text())
    }
    roots = {CHECKOUT / "README.md", CHECKOUT / "CHANGELOG.md"}
    corpus = {page for page in pages() if page.is_relative_to(CHECKOUT / "tests")}
    assert [str(page.relative_to(CHECKOUT)) for page in pages() if page not in linked | roots | corpus] == []


def test_every_channel_and_every_scope_has_its_line() -> None:
    channels = (CHECKOUT / "docs/how-to/connect-a-channel.md").read_text()
    assert [name for name in registry() if f"channels/{name}/README.md" not in channels] == []
    keys = (CHECKOUT / "docs/how-to/integrate-over-rest.md").read_text()
    assert [scope for scope in get_args(Scope) if f"| `{scope}` |" not in keys] == []
