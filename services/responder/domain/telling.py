"""What people and integrations tell because the responder cannot notice it: it starts clocks, or meets them."""

from __future__ import annotations

from datetime import datetime

from services.responder.domain.clock import UNFINISHED
from services.responder.domain.entries import Entry
from services.responder.domain.firing import after_time
from services.responder.domain.recording import entry
from services.responder.domain.refusal import conflict, invalid
from services.responder.domain.terms import Terms
from services.responder.domain.work import WorkState
from shared.rulebook.happenings import TOLD


@after_time
def tell(state: WorkState, *, what: str, at: datetime, terms: Terms, by: str, now: datetime) -> tuple[Entry, ...]:
    """Return the entry for something that happened at `at`: the clocks that it starts run from then.

    It may be told in any state: a body for dispute resolution writes when all is long closed.
    """
    awaited = _awaited(state, terms)
    errors = []
    if what not in awaited:
        named = f"waits for {', '.join(awaited)}" if awaited else "waits for nothing that has to be told"
        errors.append(("/what", f"the policy {terms.policy.policy} {named}"))
    if at > now:
        errors.append(("/at", "lies ahead: tell it once it has happened"))
    if errors:
        raise invalid(*errors)
    clocks = terms.starts(at, what, running=state.clocks)
    if not clocks and not any(c.met_by == what and c.state in UNFINISHED for c in state.clocks.values()):
        raise conflict(f"no clock is left that `{what}` starts or meets: it was told already, or nothing is owed")
    return (entry(state, "told", at=at, by=by, data={"what": what, "clocks": clocks}),)


def _awaited(state: WorkState, terms: Terms) -> list[str]:
    policy = terms.policy
    named = {c.starts_at for c in policy.clocks.values()} | {policy.met_by(kind) for kind in policy.clocks}
    return sorted((named | {c.met_by for c in state.clocks.values()}) & set(TOLD))
