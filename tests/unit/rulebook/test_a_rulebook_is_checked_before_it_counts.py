"""A team lead checks a rulebook on a Friday: what is wrong, what is legal but wrong, and what its own tests say."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from deploy.cli.__main__ import main

DEFAULT = Path(__file__).parents[3] / "deploy" / "rulebook"

# name: (file, what stands there, what is written instead, words of the problem, words of the mend)
OVERSIGHTS = {
    "a narrow rule below the wide one": (
        "rules.yaml",
        "  - id: damage-in-transit\n",
        "  - id: late\n    title: Late\n"
        '    when: complaint.contacts >= 2 && complaint.category == "delivery" && complaint.subcategory == "late"\n'
        "    then: {queue: complaints_lead}\n  - id: damage-in-transit\n",
        "`late` can never match: `delivery` above",
        "put it above",
    ),
    "a rule taken by several together": (
        "rules.yaml",
        "  - id: triage\n",
        '  - id: money\n    title: Money\n    when: complaint.category in ["billing", "refund_return"]\n'
        "    then: {queue: accounting}\n  - id: triage\n",
        "`billing`, `refund-return` above",
        "put it above",
    ),
    "a rule that contradicts itself": (
        "rules.yaml",
        'complaint.category == "payment"',
        'complaint.category == "payment" && complaint.category == "billing"',
        "`payment` can never match",
        "mend the condition",
    ),
    "a kind that its category does not have": (
        "rules.yaml",
        'complaint.category == "service_quality" && complaint.subcategory == "outage"',
        'complaint.category == "service_quality" && complaint.subcategory == "rude"',
        "`outage` can never match",
        "mend the condition",
    ),
    "a category that no rule names": (
        "rules.yaml",
        "  - id: order-change\n    title: Change or cancel before it leaves\n"
        '    when: complaint.category == "order_change"\n'
        "    then: {queue: orders}\n\n",
        "",
        "no rule names the category `order_change`",
        "rules.yaml",
    ),
    "a queue that nobody takes over from": (
        "queues.yaml",
        "    policy: retail.default\n    fallback: accounting\n",
        "    policy: retail.default\n",
        "nobody takes over from `refunds`",
        "fallback:",
    ),
    "a language without templates": (
        "queues.yaml",
        "languages: [it, en, fr, de, es]",
        "languages: [it, en, fr, de, es, pt]",
        "`logistics` serves `pt`",
        "templates/pt/",
    ),
    "a test that fails": ("rules.yaml", "{queue: refunds}", "{queue: accounting}", "it-refund-awaited", "mend"),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return Path(shutil.copytree(DEFAULT, tmp_path / "rulebook"))


def change(folder: Path, file: str, old: str, new: str) -> None:
    path = folder / file
    text = path.read_text(encoding="utf-8")
    assert old in text, f"the default rulebook no longer holds {old!r}"
    path.write_text(text.replace(old, new, 1), encoding="utf-8")


def told(folder: Path, capsys: pytest.CaptureFixture[str]) -> tuple[int, list[dict[str, str]]]:
    code = main(["rulebook", "check", str(folder), "--json"])
    return code, json.loads(capsys.readouterr().out)["problems"]


def test_the_default_rulebook_is_passed_and_tests_itself(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook", "check", str(DEFAULT)]) == 0
    said = capsys.readouterr().out
    assert "may be published; 40 tests hold" in said
    assert "problem" not in said


@pytest.mark.parametrize("name", OVERSIGHTS)
def test_what_is_legal_but_wrong_is_told_with_its_line(
    folder: Path, name: str, capsys: pytest.CaptureFixture[str]
) -> None:
    file, old, new, what, mend = OVERSIGHTS[name]
    change(folder, file, old, new)
    code, problems = told(folder, capsys)
    found = [one for one in problems if what in one["what"]]
    assert found, problems
    assert code == 1
    assert found[0]["line"]
    assert mend in found[0]["mend"]


@pytest.mark.parametrize(
    "condition",
    [
        'complaint.category == "delivery" || complaint.public',  # more than the rule above
        'complaint.category != "delivery"',
        'complaint.category == "other" && !complaint.public',
        'complaint.account.startsWith("shop") && complaint.category == "other"',
        'complaint.category in ["billing", "other"]',
        "complaint.public ? complaint.internal : complaint.automatic || complaint.internal",
    ],
)
def test_a_rule_that_may_still_match_is_left_alone(
    folder: Path, condition: str, capsys: pytest.CaptureFixture[str]
) -> None:
    rule = f"  - id: mine\n    title: Mine\n    when: '{condition}'\n    then: {{queue: triage}}\n"
    change(folder, "rules.yaml", "  - id: triage\n", f"{rule}  - id: triage\n")
    assert told(folder, capsys) == (0, [])


def test_a_rule_below_one_that_ends_sooner_is_left_alone(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    dated = (
        "  - id: strike\n    title: Carriers on strike\n    effective_from: 2026-12-01\n    effective_to: 2026-12-07\n"
        '    when: complaint.category == "delivery"\n    then: {queue: complaints_lead}\n'
    )
    change(folder, "rules.yaml", "  - id: delivery\n", f"{dated}  - id: delivery\n")
    assert told(folder, capsys) == (0, [])
    change(folder, "rules.yaml", "effective_to: 2026-12-07", "effective_to: 2026-11-07")
    code, problems = told(folder, capsys)
    assert code == 1
    assert "ends before it begins" in problems[0]["what"]


def test_errors_of_many_kinds_are_told_at_once_for_people(folder: Path, capsys: pytest.CaptureFixture[str]) -> None:
    change(
        folder,
        "queues.yaml",
        "    owner: Head of logistics\n    languages: [it, en, fr, de, es]\n    policy: retail.default\n",
        "    languages: [it]\n",
    )
    change(folder, "rules.yaml", 'complaint.category == "billing"', "complaint.category ==")
    change(folder, "tests.yaml", "queue: safety,", "queue: safty,")
    assert main(["rulebook", "check", str(folder)]) == 1
    lines = capsys.readouterr().out.splitlines()
    for words in ("owner: is missing", "policy: is missing", "does not parse"):
        assert any(words in line and ".yaml:" in line for line in lines), words
    assert not any("no such queue" in line for line in lines), "told of a file that could not be read"


def test_a_test_that_expects_what_does_not_exist_or_nothing_is_told(
    folder: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    change(folder, "tests.yaml", "queue: safety,", "queue: safty,")
    change(folder, "tests.yaml", "expect: {queue: logistics, category: delivery, language: es}", "expect: {}")
    code, problems = told(folder, capsys)
    assert code == 1
    assert any("nothing is expected" in one["what"] for one in problems)


def test_a_folder_that_is_none_is_told(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["rulebook", "check", str(tmp_path / "nowhere")]) == 1
    assert "no such folder" in capsys.readouterr().out
