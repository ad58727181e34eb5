"""Steps of the playbook: done with evidence, or skipped with a reason."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from services.responder.domain.entries import Entry
from services.responder.domain.recording import entry, must_not_be_closed
from services.responder.domain.refusal import Refused, conflict, invalid
from services.responder.domain.work import Step, WorkState

_LONGEST = 10_000


def set_step(
    state: WorkState,
    *,
    step: str,
    to: Literal["done", "skipped"],
    evidence: str | None,
    reason: str | None,
    by: str,
    now: datetime,
) -> tuple[Entry, ...]:
    """Return the entry that settles a step; none if it says what stands already."""
    must_not_be_closed(state, "worked on")
    found = next((one for one in state.steps if one.step == step), None)
    if found is None:
        known = ", ".join(one.step for one in state.steps) or "none"
        raise Refused(f"no such step; this complaint has {known}", status=404)
    if (found.state, found.evidence, found.reason) == (to, evidence, reason):
        return ()
    _check(found, to, evidence or "", reason or "")
    data = {"step": step, "state": to, "evidence": evidence, "reason": reason}
    return (entry(state, "step", at=now, by=by, data=data),)


def _check(step: Step, to: str, evidence: str, reason: str) -> None:
    if to == "done" and step.evidence_required and not evidence.strip():
        raise invalid(("/evidence", "is missing: this step asks for what shows that it was done"))
    if to == "skipped" and not step.skippable:
        raise conflict("the playbook does not let this step be skipped")
    if to == "skipped" and not reason.strip():
        raise invalid(("/reason", "is missing: say why the step is skipped"))
    if max(len(evidence), len(reason)) > _LONGEST:
        raise invalid(("/evidence" if len(evidence) > _LONGEST else "/reason", f"has more than {_LONGEST} characters"))
