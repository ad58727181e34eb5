"""`ascolto policy explain`: every date of a policy with its reasons, for any rulebook, for people and for programs."""

from __future__ import annotations

import json
import shutil
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from deploy.cli.__main__ import main
from tests.unit.responder.house import RULEBOOK, policies

RECEIVED = "2026-12-18T17:30"
# The worked example of the domain, by hand: received on a Friday, the day of receipt not counted, nothing rolled.
EXAMPLE = [
    ("uk.fca.disp1.general", "summary_resolution", "2026-12-23", None),
    ("uk.fca.disp1.general", "resolve", "2027-02-12", None),
    ("uk.fca.disp1.payment_emoney", "resolve", "2027-01-13", "2027-02-10"),
    ("it.bank.payment", "resolve", "2027-01-13", "2027-02-10"),
    ("it.energy.arera.complaint", "resolve", "2027-01-17", None),
    ("it.telecom.agcom", "resolve", "2027-01-17", None),
    ("it.insurance.ivass", "resolve", "2027-02-01", None),
    ("it.water.arera.rqsii", "resolve", "2027-02-03", None),
    ("it.bank.general", "resolve", "2027-02-16", None),
]


def told(capsys: pytest.CaptureFixture[str], *arguments: str) -> Any:
    assert main(["policy", "explain", *arguments, "--json"]) == 0
    return json.loads(capsys.readouterr().out)


def clock_of(found: Any, kind: str) -> Any:
    return next(clock for clock in found["clocks"] if clock["kind"] == kind)


@pytest.mark.parametrize(("policy", "kind", "day", "extended"), EXAMPLE)
def test_the_worked_example_holds(
    capsys: pytest.CaptureFixture[str], policy: str, kind: str, day: str, extended: str | None
) -> None:
    clock = clock_of(told(capsys, policy, "--received", RECEIVED), kind)
    zone = ZoneInfo(clock["explanation"]["zone"])
    local = [datetime.fromisoformat(clock[at]).astimezone(zone) if clock[at] else None for at in DATES]
    assert [f"{one:%Y-%m-%d}" if one else None for one in local] == [day, extended]
    assert local[0] is not None
    assert f"{local[0]:%H:%M:%S}" == "23:59:59"


DATES = ("due_at", "extended_due_at")


def test_people_read_every_date_with_its_reasons_and_the_zone(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["policy", "explain", "uk.fca.disp1.payment_emoney", "--received", RECEIVED]) == 0
    lines = capsys.readouterr().out
    for said in (
        "received Friday 18 December 2026, 17:30 (Europe/London)",
        "resolve: Wednesday 13 January 2027, 23:59:59 (Europe/London)",
        "the first day, Friday 18 December 2026, is not counted",
        "not counted: Friday 25 December 2026, Christmas Day",
        "not counted: Monday 28 December 2026, Boxing Day (observed)",
        "counted: 15 days",
        "may be extended up to Wednesday 10 February 2027, 23:59:59",
        "the source says “promptly” and gives no number: this one is ours",
        "only after a holding reply",
        "Financial Ombudsman Service, https://www.financial-ombudsman.org.uk",
    ):
        assert said in lines


def test_a_clock_that_starts_later_gets_its_date_once_it_is_said_when(capsys: pytest.CaptureFixture[str]) -> None:
    found = told(capsys, "uk.fca.disp1.general", "--received", RECEIVED)
    assert clock_of(found, "ombudsman_referral_window")["due_at"] is None
    answered = ("--happened", "final_message=2027-01-04T10:00")
    found = told(capsys, "uk.fca.disp1.general", "--received", RECEIVED, *answered)
    assert clock_of(found, "ombudsman_referral_window")["due_at"] == "2027-07-04T22:59:59Z"


def test_what_is_unverified_or_out_of_its_dates_is_said_first(capsys: pytest.CaptureFixture[str]) -> None:
    main(["policy", "explain", "eu.gdpr.dsr", "--received", RECEIVED])
    assert "UNVERIFIED" in capsys.readouterr().out
    main(["policy", "explain", "it.telecom.agcom.pre2025", "--received", RECEIVED])
    assert "NOT IN FORCE for what is received then: it is in force up to 2025-08-07" in capsys.readouterr().out
    main(["policy", "explain", "uk.ofcom.adr_letter", "--received", RECEIVED])
    assert "The month is known, the day is not." in capsys.readouterr().out


def test_every_policy_can_be_explained_also_on_the_night_that_clocks_change(capsys: pytest.CaptureFixture[str]) -> None:
    for name in policies():
        found = told(capsys, name, "--received", "2026-10-25T02:30")
        for clock in found["clocks"]:
            assert clock["explanation"] is None or clock["explanation"]["reasons"]


def test_another_rulebook_and_an_offset_are_taken(capsys: pytest.CaptureFixture[str], tmp_path: Path) -> None:
    shutil.copytree(RULEBOOK / "policies", tmp_path / "policies")
    calendars = (RULEBOOK / "calendars.yaml").read_text()
    late = "    country: IT\n    extra_holidays: {2026-12-21: Day of mourning}\n    always: true"
    (tmp_path / "calendars.yaml").write_text(calendars.replace("    country: IT\n    always: true", late))
    found = told(capsys, "it.bank.payment", "--received", "2026-12-18T16:30Z", "--rulebook", str(tmp_path))
    clock = clock_of(found, "resolve")
    assert clock["due_at"] == "2027-01-14T22:59:59Z"
    assert any("Day of mourning" in reason for reason in clock["explanation"]["reasons"])


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("uk.fca.disp1.genral", "--received", RECEIVED), 2, "did you mean `uk.fca.disp1.general`"),
        (("it.bank.general", "--received", "tomorrow"), 2, "write it as 2026-12-18T17:30"),
        (("it.bank.general", "--received", "0001-01-01T00:00"), 2, "lies outside of 1970 to 2200"),
        (("it.bank.general", "--received", RECEIVED, "--happened", "eclipse=2027-01-01"), 2, "nothing is called"),
        (
            ("it.bank.general", "--received", RECEIVED, "--rulebook", "nowhere"),
            1,
            "calendars.yaml: the file is missing",
        ),
    ],
)
def test_what_is_not_understood_is_told(
    capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...], code: int, says: str
) -> None:
    assert main(["policy", "explain", *arguments]) == code
    out, err = capsys.readouterr()
    assert (out, says in err) == ("", True)
