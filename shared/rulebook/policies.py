"""Policies: which clocks apply to a complaint, how long each gives, and what may move its date."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, model_validator

from shared.rulebook.allowance import WrittenAllowance
from shared.rulebook.dated import Dated
from shared.rulebook.happenings import AT_THE_END, Evidence, Happening, Start
from shared.rulebook.mends import closest, wrong
from shared.rulebook.policy_parts import Escalation, Extension, Indemnity, Pause, Retention
from shared.rulebook.source import Part, Problem, Source, read_source

_MET_BY: dict[str, Happening] = {
    "acknowledge": "acknowledged",
    "first_response": "human_message",
    "next_update": "human_message",
    "public_reply": "human_message",
}
NECESSARY = ("acknowledge", "first_response", "next_update", "resolve")


class ClockTerms(Part):
    """One clock of a policy; what is left out here is taken from the policy."""

    allowance: WrittenAllowance
    calendar: str | None = None
    starts_at: Start = "received"
    met_by: Happening | None = None
    repeats: bool | None = None
    """Met, it starts again: what `next_update` does unless told otherwise."""
    pauses: bool = False
    """May stand still while we wait for the customer."""
    extension: Extension | None = None
    count_first_day: bool | None = None
    roll: Literal["none", "forward"] | None = None
    due_time: Literal["end_of_day", "close_of_business"] = "end_of_day"
    expires: Literal["breach", "lapse"] = "breach"
    """What its end means: a promise broken, or (`lapse`) only a window that has closed."""
    source_says: str = ""
    """What the source asks for where it gives no number, such as `promptly`; the allowance is then ours."""
    evidence: Evidence | None = None
    note: str = ""


class Policy(Dated):
    """A promise of time as data, with where it comes from and how sure that is."""

    policy: str = Field(pattern=r"^[a-z0-9][a-z0-9_.]*$", max_length=80)
    title: str
    calendar: str
    source: str
    evidence: Evidence
    jurisdiction: str = "*"
    sector: str = "*"
    segment: Literal["any", "consumer", "business"] = "any"
    at_risk_after: Annotated[float, Field(gt=0, lt=1)] = 0.8
    count_first_day: bool = False
    roll: Literal["none", "forward"] = "none"
    after_hours_count_next_day: bool = False
    """What arrives after the last shift of a day, or on a day without one, counts as received the next working day."""
    pause: Pause | None = None
    reopen_allowance: WrittenAllowance | None = None
    """What `resolve` gets at least when a complaint is re-opened."""
    escalation: Escalation | None = None
    effective_note: str = ""
    """What is not certain about the dates."""
    note: str = ""
    retention: tuple[Retention, ...] = ()
    indemnity: Indemnity | None = None
    clocks: dict[str, ClockTerms]

    @model_validator(mode="after")
    def _whole(self) -> Policy:
        missing = [kind for kind in NECESSARY if kind not in self.clocks]
        if missing:
            raise wrong(f"the clock `{missing[0]}` is missing", mend=f"add `{missing[0]}:` under `clocks:`")
        if self.pause is None and any(clock.pauses for clock in self.clocks.values()):
            raise wrong("a clock pauses, but the policy allows no pause", mend="add `pause:` with `at_most:`")
        return self

    def dates(self) -> str:
        """Return in words when the policy holds."""
        begins = f"from {self.effective_from}" if self.effective_from else ""
        return " ".join(filter(None, ("in force", begins, f"up to {self.effective_to}" if self.effective_to else "")))

    def met_by(self, kind: str) -> Happening:
        """Return what meets the clock; a window that opens with our last word is not met by anything of ours."""
        clock = self.clocks[kind]
        if clock.met_by is None and clock.expires == "lapse" and clock.starts_at in AT_THE_END:
            return "nothing"
        return clock.met_by or _MET_BY.get(kind, "resolved")

    def evidence_of(self, kind: str) -> Evidence:
        """Return how sure the figure of a clock is; one that the source does not give is a default of ours."""
        clock = self.clocks[kind]
        return clock.evidence or ("D" if clock.source_says else self.evidence)

    def begins_with_the_end(self, kind: str) -> bool:
        """Tell whether the clock starts with our final message or the resolution, and outlives them."""
        return kind in self.clocks and self.clocks[kind].starts_at in AT_THE_END

    def repeats(self, kind: str) -> bool:
        """Tell whether the clock starts again once met."""
        said = self.clocks[kind].repeats
        return kind == "next_update" if said is None else said

    def calendar_of(self, kind: str) -> str:
        """Return the name of the calendar that the clock counts by."""
        return self.clocks[kind].calendar or self.calendar

    def calendar_names(self) -> set[str]:
        """Return every calendar that the policy counts by."""
        return {self.calendar, *(self.calendar_of(kind) for kind in self.clocks)}


def read_policies(
    folder: Path, *, calendars: Collection[str] | None = None
) -> tuple[dict[str, Policy], list[Problem]]:  # fmt: skip
    """Read `policies/*.yaml` of a rulebook; with `calendars` given, each policy must count by known ones."""
    policies: dict[str, Policy] = {}
    problems: list[Problem] = []
    for path in sorted((folder / "policies").glob("*.yaml")):
        source, found = read_source(path, Policy, root=folder)
        problems += found
        if source.model is None:
            continue
        problems += _misfits(source, source.model, path.stem, calendars)
        policies[source.model.policy] = source.model
    return policies, problems


def _misfits(source: Source[Policy], policy: Policy, stem: str, calendars: Collection[str] | None) -> list[Problem]:
    found = []
    if policy.policy != stem:
        what = f"the policy is called `{policy.policy}`, its file `{stem}.yaml`"
        found.append(source.problem("policy", what=what, mend="give both the same name"))
    for place, name in _calendars(policy):
        if calendars is not None and name not in calendars:
            found.append(source.problem(*place, what=f"no such calendar `{name}`", mend=closest(name, calendars)))
    return found


def _calendars(policy: Policy) -> list[tuple[tuple[str, ...], str]]:
    own = [(("clocks", kind, "calendar"), clock.calendar) for kind, clock in policy.clocks.items() if clock.calendar]
    return [(("calendar",), policy.calendar), *own]
