"""The nesting of deliveries about chats: an object, its entries, their events; up to 1000 in one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shared.meta.events import entries_in
from shared.vendor.gathering import Gathered, unreadable
from shared.vendor.payloads import text_of

_LISTS = ("messaging", "standby", "changes")


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something in a chat: whose chat it is, who did it, and whether another app holds the conversation."""

    owner: str | None
    said: dict[str, Any]
    standby: bool = False

    @property
    def by(self) -> str | None:
        """The id of who did it: the customer's, which is good for this page or account only."""
        sender = self.said.get("sender")
        return text_of(sender.get("id")) if isinstance(sender, dict) else None


def events_in(body: bytes, *, about: str, gathered: Gathered) -> Iterator[Event]:
    """Yield each event of a delivery about `about`; what is not of the form goes to `gathered` as unreadable.

    The dashboard's own test sends `changes` in place of `messaging`; `standby` holds what another app is to answer.
    """
    for entry in entries_in(body, about=about):
        known = entry if isinstance(entry, dict) else {}
        lists = {name: known[name] for name in _LISTS if isinstance(known.get(name), list)}
        if not lists:
            gathered.take(unreadable("an entry has no list of events"))
        for name, events in lists.items():
            for event in events:
                said = event.get("value") if name == "changes" and isinstance(event, dict) else event
                if isinstance(said, dict):
                    yield Event(owner=text_of(known.get("id")), said=said, standby=name == "standby")
                else:
                    gathered.take(unreadable("an event is not an object"))
