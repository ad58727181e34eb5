"""The nesting of Meta's deliveries: an object, its entries, their changes; up to 1000 in one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

from shared.channel.errors import DeliveryMalformed
from shared.vendor.gathering import Gathered, unreadable
from shared.vendor.payloads import read_object


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of an entry: what it is about, what it says, and the entry's own time."""

    field: str
    value: dict[str, Any]
    entry_time: object = None


def changes_in(body: bytes, *, about: str, gathered: Gathered) -> Iterable[Change]:
    """Yield each change of a delivery about `about`; what is not of the form goes to `gathered` as unreadable."""
    for entry in entries_in(body, about=about):
        changes = entry.get("changes") if isinstance(entry, dict) else None
        if not isinstance(changes, list) or not isinstance(entry, dict):
            gathered.take(unreadable("an entry has no list of changes"))
            continue
        for change in changes:
            if isinstance(change, dict) and isinstance(change.get("value"), dict):
                yield Change(field=str(change.get("field")), value=change["value"], entry_time=entry.get("time"))
            else:
                gathered.take(unreadable("a change has no value"))


def entries_in(body: bytes, *, about: str) -> list[object]:
    """Return the entries of a delivery about `about`; `DeliveryMalformed` when it is about something else."""
    delivered = read_object(body)
    if delivered.get("object") != about:
        raise DeliveryMalformed(f"the delivery is not about a {about}; is the app subscribed to it?", cause="object")
    entries = delivered.get("entry")
    if not isinstance(entries, list):
        raise DeliveryMalformed("the delivery has no list of entries", cause="no_entries")
    return entries
