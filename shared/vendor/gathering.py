"""Items of a delivery while they are being read: one that is broken leaves the others alone."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from shared.channel.errors import DeliveryIgnored
from shared.channel.inbound import InboundChange, InboundMessage, Parsed, Receipt, Unreadable

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
