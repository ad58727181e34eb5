"""What a delivery about an Instagram account holds: changes in a list, or one that lies open in its entry.

Source: developers.facebook.com, "Instagram Platform > Webhooks > Examples" and "Webhooks reference > Instagram".
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from shared.meta.events import entries_in
from shared.vendor.gathering import Gathered, unreadable
from shared.vendor.payloads import text_of

MENTIONED = "mentioned"
"""Where the words of a mention are put once Meta was asked for them."""

REFUSED = "not_handed_out"
"""Where the reason is put for which Meta did not give them."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """One change: whose account it is of, what it is about, what it says, and when Meta told it."""

    owner: str | None
    field: str
    value: dict[str, Any]
    told_at: object = None

    @property
    def is_mention(self) -> bool:
        """Tell whether somebody named the account, in a comment or under a picture of theirs."""
        return self.field == "mentions"


def changes_in(body: bytes, *, gathered: Gathered) -> Iterator[Change]:
    """Yield each change; what is not of the form goes to `gathered` as unreadable, chats as ignored.

    With Instagram login a change stands in the entry itself, with Facebook login in a list.
    """
    for entry in entries_in(body, about="instagram"):
        if not isinstance(entry, dict):
            gathered.take(unreadable("an entry is not an object"))
            continue
        if isinstance(entry.get("messaging"), list) or isinstance(entry.get("standby"), list):
            gathered.take(None)
            continue
        changes = [entry] if "field" in entry else entry.get("changes")
        if not isinstance(changes, list):
            gathered.take(unreadable("an entry has no changes"))
            continue
        yield from _of(entry, changes, gathered)


def _of(entry: dict[str, Any], changes: list[object], gathered: Gathered) -> Iterator[Change]:
    for change in changes:
        value = change.get("value") if isinstance(change, dict) else None
        if isinstance(change, dict) and isinstance(value, dict):
            yield Change(
                owner=text_of(entry.get("id")), field=str(change.get("field")), value=value, told_at=entry.get("time")
            )
        else:
            gathered.take(unreadable("a change has no value"))


def mentions_in(delivered: dict[str, Any]) -> Iterator[dict[str, Any]]:
    """Yield the value of every mention of a delivery that was decoded, to be filled in where it stands."""
    entries = delivered.get("entry")
    for entry in entries if isinstance(entries, list) else []:
        if not isinstance(entry, dict):
            continue
        changes = [entry] if "field" in entry else entry.get("changes")
        for change in changes if isinstance(changes, list) else []:
            value = change.get("value") if isinstance(change, dict) else None
            if isinstance(value, dict) and isinstance(change, dict) and change.get("field") == "mentions":
                yield value
