"""The nesting of Meta's deliveries: an object, its entries, their changes; up to 1000 in one."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

from shared.channel.errors import DeliveryIgnored, DeliveryMalformed
from shared.channel.inbound import InboundChange, InboundMessage, Parsed, Receipt, Unreadable
from shared.vendor.payloads import read_object


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change of an entry: what it is about, what it says, and the entry's own time."""

    field: str
    value: dict[str, Any]
    entry_time: object = None


Item = InboundMessage | InboundChange | Receipt | Unreadable


@dataclass(slots=True, kw_only=True)
class Gathered:
    """The items of a delivery while they are being read."""

    items: list[Item] = field(default_factory=list)
    ignored: int = 0

    def take(self, item: Item | None) -> None:
        """Keep an item; nothing counts as a known event that is no complaint."""
        if item is None:
            self.ignored += 1
        else:
            self.items.append(item)

    def parsed(self) -> Parsed:
        """Return all of it; `DeliveryIgnored` when the delivery held no event at all."""
        if not self.items and not self.ignored:
            raise DeliveryIgnored("there is no event in it")
        return Parsed(
            messages=tuple(i for i in self.items if isinstance(i, InboundMessage)),
            changes=tuple(i for i in self.items if isinstance(i, InboundChange)),
            receipts=tuple(i for i in self.items if isinstance(i, Receipt)),
            unreadable=tuple(i for i in self.items if isinstance(i, Unreadable)),
            ignored=self.ignored,
        )


def changes_in(body: bytes, *, about: str, gathered: Gathered) -> Iterable[Change]:
    """Yield each change of a delivery about `about`; what is not of the form goes to `gathered` as unreadable."""
    delivered = read_object(body)
    if delivered.get("object") != about:
        raise DeliveryMalformed(f"the delivery is not about a {about}; is the app subscribed to it?", cause="object")
    if not isinstance(delivered.get("entry"), list):
        raise DeliveryMalformed("the delivery has no list of entries", cause="no_entries")
    for entry in delivered["entry"]:
        changes = entry.get("changes") if isinstance(entry, dict) else None
        if not isinstance(changes, list):
            gathered.take(unreadable("an entry has no list of changes"))
            continue
        for change in changes:
            if isinstance(change, dict) and isinstance(change.get("value"), dict):
                yield Change(field=str(change.get("field")), value=change["value"], entry_time=entry.get("time"))
            else:
                gathered.take(unreadable("a change has no value"))


def unreadable(detail: str) -> Unreadable:
    """Return the mark of an item that is not of its form."""
    return Unreadable(cause="bad_item", detail=detail)


def listed(value: dict[str, Any], key: str, *, gathered: Gathered) -> list[dict[str, Any]]:
    """Return the objects in a list that may be missing; whatever else stands there goes to `gathered`."""
    found = value.get(key)
    if found is None:
        return []
    if not isinstance(found, list):
        gathered.take(unreadable(f"{key} is not a list"))
        return []
    for item in found:
        if not isinstance(item, dict):
            gathered.take(unreadable(f"an item of {key} is not an object"))
    return [item for item in found if isinstance(item, dict)]
