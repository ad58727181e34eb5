"""Where we stand in a mailbox: pure, so that every turn of it can be tested."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from datetime import date, timedelta
from typing import Any

from shared.channels.imap.mailbox import Standing

_MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")


@dataclass(frozen=True, slots=True, kw_only=True)
class Cursor:
    """`uid` is the last one committed. Mails up to `boundary` were there when we began and count only if they match
    `old`, a search criterion; mails above it all count. `since` is the day of the first connection.
    """

    validity: int
    uid: int
    boundary: int
    old: str
    since: str

    def searches(self, standing: Standing) -> list[tuple[str, ...]]:
        """Return the searches that together find what is not committed yet."""
        found: list[tuple[str, ...]] = []
        if self.uid < self.boundary:
            found.append(("UID", f"{self.uid + 1}:{self.boundary}", *self.old.split(" ")))
        above = max(self.uid, self.boundary)
        if not standing.next_uid or standing.next_uid > above + 1:
            found.append(("UID", f"{above + 1}:*"))
        return found

    def after(self, uid: int) -> Cursor:
        """Return the cursor once everything up to `uid` is committed."""
        return replace(self, uid=max(uid, self.uid))

    def stored(self) -> dict[str, Any]:
        """Return the cursor as it is kept beside the account."""
        return asdict(self)


def resume(kept: Mapping[str, Any] | None, standing: Standing, *, today: date) -> Cursor:
    """Return where to go on.

    At the first connection mails that were read already stay out: nobody wants an acknowledgement for last year's.
    When the mailbox has a new UIDVALIDITY every uid is void: all mails since the first connection (a day earlier, for
    servers in other time zones) are fetched again, and those filed before are recognised as duplicates.
    """
    if kept is None:
        boundary = max(standing.next_uid - 1, 0)
        return Cursor(validity=standing.validity, uid=0, boundary=boundary, old="UNSEEN", since=today.isoformat())
    cursor = Cursor(**{name: kept[name] for name in Cursor.__dataclass_fields__})
    if cursor.validity == standing.validity:
        return cursor
    return Cursor(
        validity=standing.validity,
        uid=0,
        boundary=max(standing.next_uid - 1, 0),
        old=f"SINCE {_imap_date(date.fromisoformat(cursor.since) - timedelta(days=1))}",
        since=cursor.since,
    )


def _imap_date(day: date) -> str:
    """English month names, whatever the locale of the machine."""
    return f"{day.day}-{_MONTHS[day.month - 1]}-{day.year}"
