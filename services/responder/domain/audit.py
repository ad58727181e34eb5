"""What is not as the ledger says: the entries against their chain, and what is stored against their fold."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, fields, is_dataclass
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from services.responder.domain.chain import link
from services.responder.domain.entries import Entry
from services.responder.domain.fold import fold
from services.responder.domain.work import WorkState

_NOT_SHOWN: Final = frozenset({"evidence", "reason", "title", "outcome_sought", "waiting_reason"})
"""People's own words: that they differ is told, what they say is not."""

_NAMED_AT_MOST: Final = 20
"""Of a run of missing entries so many are named one by one."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """One thing that is not as the ledger says; `of` is a reference, or the name of a queue for its counters."""

    of: str
    what: str
    stored: str = ""
    computed: str = ""

    def __str__(self) -> str:
        if not (self.stored or self.computed):
            return f"{self.of}: {self.what}"
        return f"{self.of}: {self.what}: stored {self.stored}, recomputed {self.computed}"


def in_chain(
    of: str, complaint: UUID, entries: Sequence[Entry], links: Sequence[bytes], *, head: bytes
) -> Iterator[Difference]:
    """Tell what was changed, removed or inserted: each entry is held against the link before it as that is stored.

    So an entry that was changed is named, and not all that come after it.
    """
    previous, due = None, 1
    for entry, stored in zip(entries, links, strict=True):
        if entry.seq != due:
            yield from _missing(of, due, entry.seq)
        elif link(previous, complaint, entry) != stored:
            yield Difference(of=of, what=f"entry {entry.seq} ({entry.kind}) is not what was chained at its place")
        previous, due = stored, entry.seq + 1
    if previous != head:
        yield Difference(of=of, what=f"the ledger does not end where the work was left (after entry {due - 1})")


def _missing(of: str, first: int, end: int) -> Iterator[Difference]:
    for seq in range(first, min(end, first + _NAMED_AT_MOST)):
        yield Difference(of=of, what=f"entry {seq} is missing")
    if end - first > _NAMED_AT_MOST:
        yield Difference(of=of, what=f"entries up to {end - 1} are missing")


def folded(entries: Iterable[Entry]) -> WorkState | None:
    """Return what the entries add up to; None where they add up to nothing, which only a changed ledger does."""
    try:
        return fold(entries)
    except (ArithmeticError, AttributeError, LookupError, TypeError, ValueError):
        return None


def in_state(of: str, stored: WorkState, computed: WorkState) -> Iterator[Difference]:
    """Tell which fields of the state, its clocks and its steps are not what the ledger adds up to."""
    cut_off = stored.seq > computed.seq
    if cut_off:
        yield from _missing(of, computed.seq + 1, stored.seq + 1)
    for field in fields(WorkState):
        was, now = getattr(stored, field.name), getattr(computed, field.name)
        if was == now or (cut_off and field.name == "seq"):
            continue
        match field.name:
            case "clocks":
                yield from _in_parts(of, "clock", was, now)
            case "steps":
                yield from _in_parts(of, "step", {s.step: s for s in was}, {s.step: s for s in now})
                if [s.step for s in was] != [s.step for s in now]:
                    yield Difference(of=of, what="steps: not in the order of the ledger")
            case name:
                yield from _in_value(of, f"state: {name}", name, was, now)


def in_columns(
    of: str, part: str, names: Sequence[str], stored: Sequence[Any], computed: Sequence[Any]
) -> Iterator[Difference]:
    """Tell which columns of a row are not what the state says."""
    for name, was, now in zip(names, stored, computed, strict=True):
        if was != now:
            yield Difference(of=of, what=f"{part}: {name}", stored=_shown(was), computed=_shown(now))


def _in_parts(of: str, part: str, stored: Mapping[str, Any], computed: Mapping[str, Any]) -> Iterator[Difference]:
    for name in sorted(stored.keys() | computed.keys()):
        if name not in stored:
            yield Difference(of=of, what=f"{part} {name} is missing")
        elif name not in computed:
            yield Difference(of=of, what=f"{part} {name} is not in the ledger")
        elif stored[name] != computed[name]:
            yield from _in_value(of, f"{part} {name}", "", stored[name], computed[name])


def _in_value(of: str, what: str, name: str, stored: Any, computed: Any) -> Iterator[Difference]:
    """Tell of one value, or of each field of one that has fields."""
    if is_dataclass(stored) and is_dataclass(computed):
        for field in fields(stored):
            was, now = getattr(stored, field.name), getattr(computed, field.name)
            if was != now:
                yield from _in_value(of, f"{what}: {field.name}", field.name, was, now)
    elif name in _NOT_SHOWN or is_dataclass(stored) or is_dataclass(computed):
        yield Difference(of=of, what=f"{what} differs")
    else:
        yield Difference(of=of, what=what, stored=_shown(stored), computed=_shown(computed))


def _shown(value: object) -> str:
    if value is None:
        return "nothing"
    return value.isoformat() if isinstance(value, datetime) else str(value)
