"""A rulebook is read as a whole: every error in every file is told at once, with file, line and what mends it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from shared.rulebook.load import RulebookInvalid, load
from shared.rulebook.source import Problem

DEFAULT = Path(__file__).parents[3] / "deploy" / "rulebook"

# name: (file, what stands there, what is written instead, words of the problem, words of the mend)
BROKEN = {
    "a queue's unknown policy": (
        "queues.yaml",
        "policy: retail.default",
        "policy: retail.defautl",
        "no such policy",
        "retail.default",
    ),
    "a fallback to nobody": (
        "queues.yaml",
        "fallback: after_sales",
        "fallback: aftersales",
        "no such queue",
        "after_sales",
    ),
    "an unknown key": ("queues.yaml", "owner: Head of logistics", "ownr: Head of logistics", "no such key", "`owner`"),
    "a queue twice": ("queues.yaml", "  after_sales:\n", "  logistics:\n", "stands twice", "keep one"),
    "a rule to an unknown queue": (
        "rules.yaml",
        "{queue: logistics, playbook: heard}",
        "{queue: logistic, playbook: heard}",
        "no such queue",
        "logistics",
    ),
    "a rule with an unknown playbook": (
        "rules.yaml",
        "{queue: logistics, playbook: heard}",
        "{queue: logistics, playbook: herd}",
        "no such playbook",
        "heard",
    ),
    "a condition that does not parse": (
        "rules.yaml",
        'complaint.category == "billing"',
        'complaint.category = "billing"',
        "does not parse",
        "==",
    ),
    "a condition in English": (
        "rules.yaml",
        "complaint.public && complaint",
        "complaint.public and complaint",
        "does not parse",
        "&&",
    ),
    "a condition on an unknown fact": (
        "rules.yaml",
        'complaint.category == "billing"',
        'complaint.categry == "billing"',
        "not a fact",
        "category",
    ),
    "a condition on an unknown category": (
        "rules.yaml",
        'complaint.category == "billing"',
        'complaint.category == "biling"',
        "no such category",
        "billing",
    ),
    "a condition on an unknown signal": (
        "rules.yaml",
        '"self_harm" in',
        '"selfharm" in',
        "no such signal",
        "self_harm",
    ),
    "a condition that compares unlike things": (
        "rules.yaml",
        'complaint.category == "billing"',
        'complaint.contacts >= "3"',
        "fails on an empty complaint",
        "like with like",
    ),
    "a condition that is no question": (
        "rules.yaml",
        'complaint.category == "billing"',
        "complaint.category",
        "not true or false",
        "compare",
    ),
    "a rule twice": ("rules.yaml", "id: payment", "id: billing", "stands twice", "its own id"),
    "no last rule": ("rules.yaml", 'when: "true"', "when: complaint.public", "does not match everything", "triage"),
    "a category's unknown queue": (
        "taxonomy.yaml",
        "queue: spare_parts",
        "queue: spareparts",
        "no such queue",
        "spare_parts",
    ),
    "a severity that is none": ("taxonomy.yaml", "severity: S1", "severity: S0", "`S0` is not known", "S1"),
    "a priority missing": (
        "taxonomy.yaml",
        "{S1: P1, S2: P2, S3: P3, S4: P4}",
        "{S1: P1, S2: P2, S3: P3}",
        "S4 has no priority",
        "add `S4",
    ),
    "a title without English": ("taxonomy.yaml", "{en: Late, it: ", "{it: ", "no English title", "add `en:`"),
    "words for an unknown category": (
        "lexicon/fr.yaml",
        "\n  delivery:\n",
        "\n  deliveri:\n",
        "no such category",
        "delivery",
    ),
    "a phrase that matches anything": ("lexicon/de.yaml", "kurier*", "k*", "almost anything", "three letters"),
    "steps out of order": ("playbooks/last.yaml", "order: 3", "order: 4", "numbered", "1, 2, 3"),
    "an actor that is none": ("playbooks/last.yaml", "actor: agent", "actor: robot", "`robot` is not known", "agent"),
    "a time that is none": ("playbooks/last.yaml", "due_offset: 4 hours", "due_offset: soon", "due_offset", ""),
    "a playbook under another name": (
        "playbooks/last.yaml",
        "playbook: last",
        "playbook: lust",
        "its file",
        "same name",
    ),
    "a duration that is none": ("correlation.yaml", "P14D", "two weeks", "reopen_within", ""),
    "an edition without a name": (
        "rulebook.yaml",
        "version: 2026-11-22.1\n",
        "",
        "version: is missing",
        "add `version:`",
    ),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT, tmp_path / "rulebook"))


def problems_of(folder: Path) -> tuple[Problem, ...]:
    with pytest.raises(RulebookInvalid) as raised:
        load(folder)
    return raised.value.problems


def broken(folder: Path, name: str) -> tuple[str, int]:
    """Break one thing; return the file and the line where it now stands."""
    file, old, new, *_ = BROKEN[name]
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"the default rulebook no longer holds {old!r}"
    at = text.index(old)
    path.write_text(text.replace(old, new, 1), encoding="utf-8")
    lead = len(new) - len(new.lstrip("\n"))
    return file, text.count("\n", 0, at) + 1 + lead


def test_the_default_rulebook_has_no_problem() -> None:
    rulebook = load(DEFAULT)
    assert rulebook.version.startswith("2026-11-22.1+")
    assert set(rulebook.lexicons) == {"it", "en", "fr", "de", "es"}
    assert {"latte", "learn", "heard", "last", "blast", "safety"} <= set(rulebook.playbooks)


@pytest.mark.parametrize("name", BROKEN)
def test_what_is_wrong_is_told_with_its_line_and_its_mend(folder: Path, name: str) -> None:
    file, line = broken(folder, name)
    *_, what, mend = BROKEN[name]
    told = [problem for problem in problems_of(folder) if problem.file == file and what in problem.what]
    assert told, [str(problem) for problem in problems_of(folder)]
    assert mend in told[0].mend
    assert told[0].mend
    whole_file = {"no last rule", "a priority missing", "an edition without a name", "steps out of order"}
    if name not in whole_file:
        assert told[0].line == line


def test_all_errors_of_all_files_are_told_at_once(folder: Path) -> None:
    names = ("a queue's unknown policy", "a rule to an unknown queue", "a severity that is none", "steps out of order")
    files = {broken(folder, name)[0] for name in names}
    assert {problem.file for problem in problems_of(folder)} >= files


def test_a_file_that_nothing_reads_is_told(folder: Path) -> None:
    (folder / "rule.yaml").write_text("rules: []\n", encoding="utf-8")
    (problem,) = problems_of(folder)
    assert (problem.file, problem.what) == ("rule.yaml", "nothing reads this")


def test_a_missing_folder_or_file_is_told(folder: Path, tmp_path: Path) -> None:
    assert any("no such folder" in problem.what for problem in problems_of(tmp_path / "nowhere"))
    (folder / "rules.yaml").unlink()
    assert [(p.file, p.what) for p in problems_of(folder)] == [("rules.yaml", "the file is missing")]


def test_any_change_of_content_is_another_version(folder: Path) -> None:
    before = load(folder).version
    path = folder / "correlation.yaml"
    path.write_text(path.read_text(encoding="utf-8") + "# a thought\n", encoding="utf-8")
    after = load(folder).version
    assert before == load(DEFAULT).version
    assert before != after
    assert before.split("+")[0] == after.split("+")[0]
