"""Every policy of the authorities is in the default rulebook with its figure, source, mark and dates."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from datetime import date
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from shared.rulebook.calendars import read_calendars
from shared.rulebook.happenings import EVIDENCE
from shared.rulebook.policies import ClockTerms, Policy, read_policies

ROOT = Path(__file__).parents[3]
RULEBOOK = ROOT / "deploy" / "rulebook"
REFERENCE = Path("shared") / "reference" / "policy_presets.json"
OURS = {"internal.social": "social.default", "internal.review": "review.default", "internal.retail": "retail.default"}
KINDS = {
    "ack": "acknowledge", "auto_ack": "acknowledge", "first_human_response": "first_response",
    "update_repeat": "next_update", "final": "resolve", "final_or_reasoned_delay": "resolve",
    "final_or_notice": "resolve", "final_or_delay_notice": "resolve",
}  # fmt: skip
STARTS = {"acked": "acknowledged", "final_response_sent": "final_message"}
PLACES = {
    "GB": ("GB", None), "GB-ENG": ("GB", "ENG"), "GB-SCT": ("GB", "SCT"), "US-FED": ("US", None), "IT": ("IT", None),
    "ES": ("ES", None), "FR": ("FR", None), "IE": ("IE", None), "AU": ("AU", None), "member_state": ("IT", None),
}  # fmt: skip
UNMEASURED = {"prompt": "promptly", "without undue delay": "without undue delay"}

# The figures of the law, once more and by hand: kind, allowance, mark; they hold where the reference is not at hand.
FIGURES = {
    "uk.fca.disp1.general": "summary_resolution 3 business_days P, resolve 8 weeks P, "
    "ombudsman_referral_window 6 months P",
    "uk.fca.disp1.payment_emoney": "resolve 15 business_days P",
    "us.cfpb.portal": "final_response 15 calendar_days S",
    "us.dot.airline": "acknowledge 30 calendar_days P, resolve 60 calendar_days P",
    "us.dot.airline.disability": "resolve 30 calendar_days S",
    "it.bank.general": "resolve 60 calendar_days S",
    "it.bank.payment": "resolve 15 business_days S",
    "it.insurance.ivass": "resolve 45 calendar_days S",
    "it.energy.arera.complaint": "resolve 30 calendar_days S",
    "it.energy.arera.billing_rectification": "resolve 60 calendar_days S",
    "it.energy.arera.double_billing": "resolve 15 calendar_days S",
    "it.water.arera.rqsii": "resolve 30 business_days S, forward_to_responsible_operator 5 business_days P",
    "it.telecom.agcom": "resolve 30 calendar_days S",
    "it.telecom.agcom.pre2025": "resolve 45 calendar_days S",
    "it.post.agcom": "resolve 45 calendar_days P, conciliation_end 60 calendar_days P",
    "it.airline.enac": "escalation_available 6 weeks P",
    "eu.rail_bus": "resolve 1 months P",
    "eu.sea": "status 1 months S, resolve 2 months S",
    "eu.psd2": "resolve 15 business_days P",
    "eu.gdpr.dsr": "resolve 1 months M",
    "eu.dsa.art20": "intake_window 6 months S, resolve 15 business_days D",
    "eu.adr.reply_2028": "reply_to_adr_body 20 business_days S",
    "eu.gpsr.safety_register": "resolve 15 business_days D",
    "es.sac.general": "resolve 15 business_days S",
    "fr.acpr": "acknowledge 10 business_days P, resolve 2 months P",
    "ie.cpc": "acknowledge 5 business_days S, next_update 20 business_days S, "
    "resolve 40 business_days S, notify_outcome 5 business_days S",
    "au.asic.rg271": "acknowledge 24 hours S, resolve 30 calendar_days S",
    "au.asic.rg271.super": "acknowledge 24 hours S, resolve 45 calendar_days S",
    "uk.lgo.code.stage1": "acknowledge 5 business_days P, resolve 10 business_days P",
    "uk.lgo.code.stage2": "resolve 20 business_days M",
    "uk.spso.stage1": "resolve 5 business_days S",
    "uk.spso.stage2": "acknowledge 3 business_days S, resolve 20 business_days S",
    "uk.dp.duaa": "acknowledge 30 calendar_days P, resolve 15 business_days D",
    "uk.ofcom.adr_letter": "adr_signpost 6 weeks S",
    "social.default": "public_reply 1 hours D, first_response 4 hours D",
    "review.default": "public_reply 2 business_days D, public_reply_max 7 calendar_days D",
    "retail.default": "acknowledge 5 minutes D, first_response 1 business_days D, "
    "next_update 5 business_days D, resolve 15 business_days D",
}  # fmt: skip
DATES = {
    "it.bank.general": (date(2020, 10, 1), None),
    "it.energy.arera.complaint": (date(2026, 1, 1), None),
    "it.energy.arera.billing_rectification": (date(2026, 1, 1), None),
    "it.energy.arera.double_billing": (date(2026, 1, 1), None),
    "it.telecom.agcom": (date(2025, 8, 8), None),
    "it.telecom.agcom.pre2025": (None, date(2025, 8, 7)),
    "eu.adr.reply_2028": (date(2028, 1, 1), None),
    "es.sac.general": (date(2026, 12, 28), None),
    "uk.dp.duaa": (date(2026, 6, 19), None),
    "uk.ofcom.adr_letter": (date(2026, 4, 1), None),
}


@cache
def policies() -> dict[str, Policy]:
    calendars, _ = read_calendars(RULEBOOK)
    found, problems = read_policies(RULEBOOK, calendars=calendars)
    assert not problems
    return found


@pytest.mark.parametrize("name", FIGURES)
def test_a_policy_gives_the_time_of_its_source_and_says_how_sure_that_is(name: str) -> None:
    policy = policies()[name]
    assert policy.source
    for figure in FIGURES[name].split(", "):
        kind, allowance = figure.split(" ", 1)
        assert f"{policy.clocks[kind].allowance} {policy.evidence_of(kind)}" == allowance, kind


def test_the_thirty_seven_are_there_with_their_dates_and_what_is_not_certain_about_them() -> None:
    assert len(FIGURES) == 37
    dated = {name: (p.effective_from, p.effective_to) for name, p in policies().items() if p.dated}
    assert dated == DATES
    assert {name for name in DATES if policies()[name].effective_note} == {"eu.adr.reply_2028", "uk.ofcom.adr_letter"}


def test_what_the_source_does_not_say_is_marked_as_ours() -> None:
    for policy in policies().values():
        assert set(map(policy.evidence_of, policy.clocks)) <= set(EVIDENCE)
        for kind, clock in policy.clocks.items():
            assert not clock.source_says or policy.evidence_of(kind) == "D", (policy.policy, kind)


def test_a_window_of_the_customers_is_met_by_nothing_that_we_do() -> None:
    assert policies()["uk.fca.disp1.general"].met_by("ombudsman_referral_window") == "nothing"
    assert policies()["uk.fca.disp1.general"].met_by("summary_resolution") == "resolved"


def reference() -> list[dict[str, Any]]:
    found = ROOT.parent / REFERENCE
    if not found.is_file():
        pytest.skip("the reference of policies is not at hand: the figures written here were compared")
    presets: list[dict[str, Any]] = json.loads(found.read_text())
    return presets


def test_the_policies_say_what_the_reference_says() -> None:
    presets = reference()
    assert {OURS.get(one["id"], one["id"]) for one in presets} == set(FIGURES)
    differences = [f"{preset['id']}: {what}" for preset in presets for what in differing(preset)]
    assert differences == []


def differing(preset: dict[str, Any]) -> Iterator[str]:
    policy = policies()[OURS.get(preset["id"], preset["id"])]
    if preset["id"] not in OURS:
        yield from place(preset, policy)
    for clock in preset["clocks"]:
        yield from clock_differs(clock, policy)
    yield from kept_and_paid(preset, policy)
    yield from dates(preset, policy)


def place(preset: dict[str, Any], policy: Policy) -> Iterator[str]:
    calendar = read_calendars(RULEBOOK)[0][policy.calendar]
    if (calendar.country, calendar.subdivision) != PLACES[preset["cal"]]:
        yield f"counts by {policy.calendar}, not by {preset['cal']}"
    if (policy.jurisdiction, policy.sector.replace(" ", "")) != (preset["jur"], preset["sector"].replace(" ", "")):
        yield f"is for {policy.jurisdiction} {policy.sector}"
    said = policy.source + policy.note + policy.effective_note
    if missing := [number for number in re.findall(r"\d{2,}", preset["src"]) if number not in said]:
        yield f"its source leaves out {missing}"


def clock_differs(said: dict[str, Any], policy: Policy) -> Iterator[str]:
    kind = KINDS.get(said["kind"], said["kind"])
    if kind == "resolve" and said["starts_at"] == "sent_to_company":
        kind = "final_response"
    clock = policy.clocks.get(kind)
    if clock is None:
        yield f"has no {kind}"
    elif said["unit"] is None:
        if clock.source_says != UNMEASURED[said["duration"]]:
            yield f"{kind}: the source says {said['duration']}"
    else:
        yield from figure_differs(kind, said, clock, policy)


def figure_differs(kind: str, said: dict[str, Any], clock: ClockTerms, policy: Policy) -> Iterator[str]:
    if str(clock.allowance) != f"{said['duration']} {said['unit']}":
        yield f"{kind}: {clock.allowance} is not {said['duration']} {said['unit']}"
    if policy.evidence_of(kind) != said["evidence"]:
        yield f"{kind}: evidence is {said['evidence']}"
    starts = STARTS.get(said["starts_at"], said["starts_at"])
    if clock.starts_at != starts and not (starts == "previous_update" and policy.repeats(kind)):
        yield f"{kind}: starts at {starts}"
    if "day 1 = day of receipt" in said.get("note", "") and not clock.count_first_day:
        yield f"{kind}: the first day counts"
    asked, given = said.get("extendable"), clock.extension
    if kind in ("resolve", "final_response", "reply_to_adr_body") and policy.evidence != "D":
        limit = {k: f"{asked[k]} {asked['unit']}" for k in ("to", "by") if k in asked} if asked else None
        ours = {k: str(v) for k in ("to", "by") if (v := getattr(given, k))} if given else None
        if limit != ours:
            yield f"{kind}: extends {limit}, not {ours}"
        if asked and given and (not given.condition or ("requires" in asked and not given.holding_reply)):
            yield f"{kind}: ground or holding reply of the extension is missing"


def kept_and_paid(preset: dict[str, Any], policy: Policy) -> Iterator[str]:
    kept = [(one.get("duration"), one.get("max"), one["evidence"]) for one in preset.get("retention", [])]
    if kept != [(one.at_least_years, one.at_most_years, one.evidence) for one in policy.retention]:
        yield f"is kept {kept}"
    paid, ours = preset.get("indemnity"), policy.indemnity
    if (paid is None) != (ours is None):
        yield "the indemnity is missing, or invented"
    if paid and ours:
        steps = [[one.from_times_the_standard, int(one.amount)] for one in ours.steps]
        said = [paid["currency"], paid.get("min"), paid.get("per_day"), paid.get("cap"), paid.get("steps", [])]
        if said != [
            ours.currency,
            *(float(n) if n else None for n in (ours.at_least, ours.per_day, ours.at_most)),
            steps,
        ]:
            yield f"the indemnity is {said}"
        if paid["evidence"] != ours.evidence or bool(paid.get("conflict")) > bool(ours.note):
            yield "the indemnity's mark differs"
    pause = preset.get("pause")
    may = pause["max"] if isinstance(pause, dict) else None
    if preset["id"] not in OURS and may != (policy.pause.at_most.amount if policy.pause else None):
        yield f"may pause {may}"


def dates(preset: dict[str, Any], policy: Policy) -> Iterator[str]:
    for key, ours in (("effective_from", policy.effective_from), ("effective_to", policy.effective_to)):
        said = (preset.get(key) or "").split(" ")[0]
        if not str(ours or "").startswith(said) or bool(said) != bool(ours):
            yield f"{key} is {said}, not {ours}"
        if said and len(said) < len("2026-01-01") and not policy.effective_note:
            yield f"{key} is known to {said} only, and nobody is told"
