"""`ascolto policy explain NAME --received INSTANT`: every date that a policy gives, with each reason for it."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Mapping
from datetime import datetime
from pathlib import Path
from typing import Final
from zoneinfo import ZoneInfo

from deploy.cli.policy_told import as_json, as_lines
from services.responder.domain.policy_dates import policy_dates
from services.responder.domain.terms import terms_of
from services.responder.domain.working_time import NeverDue
from shared.rulebook.calendars import read_calendars
from shared.rulebook.happenings import TOLD
from shared.rulebook.mends import closest
from shared.rulebook.policies import Policy, read_policies

_RULEBOOK: Final = Path(__file__).resolve().parents[1] / "rulebook"
_NOT_UNDERSTOOD: Final = 2
_FIRST, _LAST = 1970, 2200
_NOTICED: Final = ("acknowledged", "human_message", "final_message", "resolved")


class _NotUnderstood(Exception):
    """What was asked for names something that is not there; the words say what is."""


def add_to(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `policy` with what can be asked of one."""
    parser = subparsers.add_parser("policy", help="ask a policy for its dates")
    actions = parser.add_subparsers(metavar="action", required=True)
    explain = actions.add_parser(
        "explain",
        help="tell every date that it gives, with each reason",
        description="Tells every clock of a policy for a complaint received at an instant, and why it is due then.",
    )
    explain.add_argument("policy", help="the policy's name, such as uk.fca.disp1.general")
    explain.add_argument(
        "--received",
        required=True,
        metavar="INSTANT",
        help="2026-12-18T17:30, local to the policy's calendar, or with an offset",
    )
    explain.add_argument(
        "--happened",
        action="append",
        default=[],
        metavar="WHAT=INSTANT",
        help=f"for clocks that start later; WHAT is one of {', '.join((*_NOTICED, *TOLD))}",
    )
    explain.add_argument("--rulebook", type=Path, default=_RULEBOOK, metavar="DIR", help="the rulebook's folder")
    explain.add_argument("--json", action="store_true", help="write one JSON object instead of lines")
    explain.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Tell the dates and return 0; 1 where the policies do not hold, 2 where what was asked for is not there."""
    calendars, problems = read_calendars(arguments.rulebook)
    policies, more = read_policies(arguments.rulebook, calendars=calendars)
    if problems or more:
        print(*problems, *more, sep="\n", file=sys.stderr)
        return 1
    try:
        terms = terms_of(_named(arguments.policy, policies), calendars)
        zone = terms.hours[terms.policy.calendar].zone
        received_at = _instant(arguments.received, zone)
        happened = dict(_happened(one, zone) for one in arguments.happened)
        found = policy_dates(terms, received_at=received_at, happened=happened)
    except (_NotUnderstood, NeverDue, OverflowError) as error:
        print(error, file=sys.stderr)
        return _NOT_UNDERSTOOD
    print(json.dumps(as_json(found), ensure_ascii=False, indent=1) if arguments.json else "\n".join(as_lines(found)))
    return 0


def _named(name: str, policies: Mapping[str, Policy]) -> Policy:
    if name not in policies:
        raise _NotUnderstood(f"no such policy `{name}`: {closest(name, policies)}")
    return policies[name]


def _happened(text: str, zone: ZoneInfo) -> tuple[str, datetime]:
    what, _, at = text.partition("=")
    known = (*_NOTICED, *TOLD)
    if what not in known:
        raise _NotUnderstood(f"nothing is called `{what}`: {closest(what, known)}")
    return what, _instant(at, zone)


def _instant(text: str, zone: ZoneInfo) -> datetime:
    try:
        found = datetime.fromisoformat(text)
    except ValueError:
        raise _NotUnderstood(f"`{text[:40]}` is no instant: write it as 2026-12-18T17:30") from None
    if not _FIRST <= found.year <= _LAST:
        raise _NotUnderstood(f"`{text[:40]}` lies outside of {_FIRST} to {_LAST}")
    return found if found.tzinfo else found.replace(tzinfo=zone)
