"""Whoever writes a policy, a calendar or a template wrongly is told the file, the line and what mends it."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from shared.rulebook.calendars import read_calendars
from shared.rulebook.policies import read_policies
from shared.rulebook.templates import read_templates
from tests.unit.responder.house import RULEBOOK, calendars, policies

POLICY = """\
policy: test.one
title: One
calendar: business
source: a test
evidence: D
pause: {at_most: 10 calendar_days}
clocks:
  acknowledge: {allowance: 5 minutes, calendar: always}
  first_response: {allowance: 1 business_days}
  next_update: {allowance: 5 business_days}
  resolve: {allowance: 15 business_days, pauses: true}
"""
CALENDARS = """\
calendars:
  one:
    title: One
    zone: Europe/Rome
    country: IT
    week:
      monday: ["09:00-13:00", "14:00-18:00"]
"""


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("15 business_days, pauses", "15 buisness_days, pauses", 11, "did you mean `business_days`"),
        ("allowance: 1 business_days", "allowance: soon", 9, "`soon` is no allowance"),
        ("allowance: 1 business_days", "allowance: 0 minutes", 9, "is no allowance"),
        ("calendar: business", "calendar: bussiness", 3, "did you mean `business`"),
        ("calendar: always", "calendar: allways", 8, "did you mean `always`"),
        ("pause: {at_most: 10 calendar_days}\n", "", 1, "the policy allows no pause"),
        ("policy: test.one", "policy: test.two", 1, "give both the same name"),
        ("evidence: D", "evidence: Z", 5, "evidence"),
        ("  next_update: {allowance: 5 business_days}\n", "", 1, "the clock `next_update` is missing"),
        ("pauses: true", "extension: {}", 11, "write either `to:` or `by:`"),
        ("pauses: true", "pause: true", 11, "did you mean `pauses`"),
    ],
)
def test_a_fault_in_a_policy_is_named(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    assert old in POLICY
    (tmp_path / "policies").mkdir()
    (tmp_path / "policies" / "test.one.yaml").write_text(POLICY.replace(old, new))
    _, problems = read_policies(tmp_path, calendars=calendars())
    assert [problem.file for problem in problems] == ["policies/test.one.yaml"]
    assert says in str(problems[0])
    assert problems[0].line == line


@pytest.mark.parametrize(
    ("old", "new", "line", "says"),
    [
        ("Europe/Rome", "Europe/Roma", 4, "did you mean `Europe/Rome`"),
        ("country: IT", "country: XQ", 2, "no holidays are known for `XQ`"),
        ("country: IT", "country: IT\n    subdivision: ZZZ", 2, "`IT` has no subdivision `ZZZ`"),
        ("09:00-13:00", "13:00-09:00", 7, "ends before it begins"),
        ("09:00-13:00", "9-13", 7, "write it as 09:00-13:00"),
        ("09:00-13:00", "09:00-15:00", 7, "two shifts of a day overlap"),
        ("monday:", "mondey:", 7, "did you mean `monday`"),
        ("title: One", "title: One\n    always: true", 2, "remove `always:` or `week:`"),
    ],
)
def test_a_fault_in_a_calendar_is_named(tmp_path: Path, old: str, new: str, line: int, says: str) -> None:
    (tmp_path / "calendars.yaml").write_text(CALENDARS.replace(old, new))
    found, problems = read_calendars(tmp_path)
    assert found == {}
    assert says in str(problems[0])
    assert problems[0].line == line


def test_a_template_that_does_not_parse_is_named_with_its_line(tmp_path: Path) -> None:
    shutil.copytree(RULEBOOK / "templates", tmp_path / "templates")
    (tmp_path / "templates" / "it" / "acknowledgement.long.j2").write_text("Buongiorno\n{% if outcome %}\n")
    (tmp_path / "templates" / "fr" / "reply.long.j2").unlink()
    _, problems = read_templates(tmp_path)
    assert [(problem.file, problem.line) for problem in problems] == [
        ("templates/it/acknowledgement.long.j2", 2),
        ("templates/fr/reply.long.j2", None),
        ("templates/it/acknowledgement.long.j2", None),
    ]


def test_the_default_policies_are_complete_and_say_how_sure_they_are() -> None:
    found = policies()
    assert {"retail.default", "social.default", "review.default", "safety.urgent", "business.default"} <= set(found)
    for policy in found.values():
        assert policy.source
        assert policy.evidence in "PSMD"
        assert {"acknowledge", "first_response", "next_update", "resolve"} <= set(policy.clocks)
