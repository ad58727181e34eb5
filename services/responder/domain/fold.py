"""The fold: a complaint's state is what its entries add up to, in their order, each once."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from functools import reduce
from operator import attrgetter
from typing import Any

from services.responder.domain import clock_effects, work_effects
from services.responder.domain.clock_effects import Clocks
from services.responder.domain.entries import Entry, EntryKind
from services.responder.domain.replacing import replace, settle
from services.responder.domain.work import WorkState

Effect = Callable[[WorkState, Entry], WorkState]

_EFFECTS: dict[EntryKind, Effect] = {
    "message": work_effects.message,
    "transferred": work_effects.transferred,
    "recategorised": work_effects.recategorised,
    "acknowledgement_queued": work_effects.acknowledgement_queued,
    "acknowledgement_withheld": work_effects.acknowledgement_withheld,
    "acknowledged": work_effects.acknowledged,
    "acknowledgement_failed": work_effects.acknowledgement_failed,
    "acknowledgement_delivered": work_effects.acknowledgement_delivered,
    "reply_sent": work_effects.reply_sent,
    "claimed": work_effects.claimed,
    "released": work_effects.released,
    "waiting": work_effects.waiting,
    "resumed": work_effects.resumed,
    "resolved": work_effects.resolved,
    "reopened": work_effects.reopened,
    "closed": work_effects.closed,
    "step": work_effects.step,
}


def apply(state: WorkState | None, entry: Entry) -> WorkState:
    """Return the state with one more entry; an entry that it holds already changes nothing."""
    if state is None:
        if entry.kind != "opened":
            raise ValueError(f"a timeline begins with `opened`, not with `{entry.kind}`")
        return work_effects.opened(entry)
    if entry.seq <= state.seq:
        return state
    effect = _EFFECTS.get(entry.kind)
    changed = effect(state, entry) if effect else state
    clocks, kept, missed = clock_effects.happened(changed.clocks, entry)
    return settle(
        # A kind with an effect has made a copy already, which nobody has seen but us.
        replace(state) if changed is state else changed,
        seq=entry.seq,
        routed_sequence=max(changed.routed_sequence, int(entry.data.get("routed_sequence", 0))),
        clocks=_paused_with_the_rest(clocks, changed, entry),
        kept=changed.kept + kept,
        missed=changed.missed + missed,
    )


def apply_all(state: WorkState | None, entries: Iterable[Entry]) -> WorkState:
    """Return the state with the entries added in their order."""
    ordered = sorted(entries, key=attrgetter("seq"))
    if state is None and not ordered:
        raise ValueError("there is no complaint without entries")
    end: Any = reduce(apply, ordered, state)
    return end  # type: ignore[no-any-return]


def fold(entries: Iterable[Entry]) -> WorkState:
    """Return the state that the entries add up to; their order in the iterable and doubles do not matter."""
    return apply_all(None, entries)


def _paused_with_the_rest(clocks: Clocks, state: WorkState, entry: Entry) -> Clocks:
    """Return the clocks, those just started standing still where the complaint waits for the customer."""
    if state.state != "waiting_for_customer":
        return clocks
    return clock_effects.all_paused(clocks, at=entry.at)
