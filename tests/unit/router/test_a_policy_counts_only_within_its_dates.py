"""A complaint gets a policy that is in force when it is received: else its queue's own, and the decision says why."""

from __future__ import annotations

import shutil
from datetime import UTC, date, datetime
from pathlib import Path

import pytest

from services.router.usecases.check_rulebook import _check
from services.router.usecases.deciding import ByRulebook
from shared.contracts.parts import Decision
from shared.rulebook.in_force import not_in_force
from shared.rulebook.load import RulebookInvalid, load
from tests.integration.router.stories import said

DEFAULT = Path(__file__).parents[3] / "deploy" / "rulebook"
POLICY = "es.sac.general"
RULE = f"policies:\n  - id: spain\n    title: Spain\n    when: complaint.account == 'madrid'\n    policy: {POLICY}\n\n"


def written(folder: Path, *, dates: str) -> Path:
    """Write the default rulebook with a rule for a policy that has these dates."""
    shutil.copytree(DEFAULT, folder, dirs_exist_ok=True)
    rules, policy = folder / "rules.yaml", folder / "policies" / f"{POLICY}.yaml"
    rules.write_text(rules.read_text().replace("policies:\n", RULE, 1))
    policy.write_text(policy.read_text().replace("effective_from: 2026-12-28\n", dates))
    return folder


def decided(folder: Path, received_at: datetime, *, account: str = "madrid") -> Decision:
    message = said("The parcel has not arrived.", id_="1", account=account, received_at=received_at)
    return ByRulebook(rulebook=load(folder))(message).decision


# The policy's calendar is Madrid's, an hour ahead of UTC in winter.
@pytest.mark.parametrize(
    ("dates", "received_at", "in_force"),
    [
        ("effective_from: 2026-12-28\n", datetime(2026, 12, 27, 22, 59, tzinfo=UTC), False),
        ("effective_from: 2026-12-28\n", datetime(2026, 12, 27, 23, 0, tzinfo=UTC), True),
        ("effective_to: 2026-12-28\n", datetime(2026, 12, 28, 22, 59, tzinfo=UTC), True),
        ("effective_to: 2026-12-28\n", datetime(2026, 12, 28, 23, 0, tzinfo=UTC), False),
        ("", datetime(1999, 1, 1, tzinfo=UTC), True),
    ],
)
def test_the_day_of_receipt_decides(tmp_path: Path, dates: str, received_at: datetime, in_force: bool) -> None:
    decision = decided(written(tmp_path, dates=dates), received_at)
    assert decision.policy == (POLICY if in_force else "retail.default")
    set_aside = decision.because.facts.get("policy_set_aside")
    if in_force:
        assert set_aside is None
    else:
        word = "from" if "from" in dates else "up to"
        assert set_aside == f"{POLICY} is in force {word} 2026-12-28"


def test_who_was_never_to_get_it_is_told_nothing(tmp_path: Path) -> None:
    folder = written(tmp_path, dates="effective_to: 2020-01-01\n")
    decision = decided(folder, datetime(2026, 11, 22, tzinfo=UTC), account="roma")
    assert "policy_set_aside" not in decision.because.facts


def test_the_check_tells_of_a_rule_whose_policy_is_out_of_its_dates(tmp_path: Path) -> None:
    folder = written(tmp_path, dates="effective_from: 2026-12-28\n")
    files = {str(path.relative_to(folder)): path.read_text() for path in folder.rglob("*") if path.is_file()}
    told = _check(files, date(2026, 11, 22))
    assert (told["valid"], told["problems"]) == (True, [])
    [note] = told["notes"]
    assert "`spain`" in note["what"]
    assert f"`{POLICY}`, which is in force from 2026-12-28" in note["what"]
    assert not_in_force(load(folder), on=date(2026, 12, 28)) == []


def test_a_queue_whose_own_policy_does_not_always_hold_is_refused(tmp_path: Path) -> None:
    folder = written(tmp_path, dates="effective_from: 2026-12-28\n")
    queues = folder / "queues.yaml"
    queues.write_text(queues.read_text().replace("policy: retail.default", f"policy: {POLICY}", 1))
    with pytest.raises(RulebookInvalid) as refused:
        load(folder)
    [problem] = refused.value.problems
    assert (problem.file, problem.line) == ("queues.yaml", 11)
    assert "does not always hold: it is in force from 2026-12-28" in problem.what
