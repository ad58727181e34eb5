"""Walks a vendor's list, newest first, as far as it was read before and a little further.

A page may change while it is read: what is new pushes older items onto the next page, what is removed pulls them up.
Items are therefore known by their ids, and each walk goes back beyond where the last one ended (`overlap`). A walk that
is cut short goes on where it was, so that days of outage are caught up with page by page.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Awaitable, Callable, Collection, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any, Literal

from shared.channel.errors import SendingFailed

REMEMBERED = 2_000
"""So many items are known by their words, the newest; an older one that is edited is told as if it were new."""

_NOT_TOLD = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """An item of a page: its id for ever, a digest of what an edit changes, its time, and itself as it was written.

    One that does not count is left out until an edit makes it count; what was told is told to its end.
    """

    own_id: str
    words: str
    at: datetime | None
    body: bytes
    counts: bool = True


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """Items, newest first, and what the next page is asked for by; None at the end."""

    items: tuple[Listed, ...]
    onward: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class News:
    """What a page held that was not known: `first` is the digest under which an edited item was filed."""

    kind: Literal["new", "edit"]
    item: Listed
    first: str


Read = Callable[[str | None], Awaitable[Page]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where we stand in a list.

    `reached` is the time of the newest item when a walk last came to its end, `top` that of the walk under way,
    `onward` where that one goes on. `known` holds for each item the digests of its words when it was told (empty: it
    was not) and now, the newest last.
    """

    reached: datetime
    top: datetime | None = None
    onward: str | None = None
    known: Mapping[str, tuple[str, str]] = field(default_factory=dict)

    def news(self, page: Page, *, since: datetime) -> list[News]:
        """Return what is not known yet, oldest first; what was there before `since` stays out."""
        found: dict[str, News] = {}
        for item in reversed(page.items):
            told, words = self.known.get(item.own_id, (_NOT_TOLD, None))
            if words == item.words:
                continue
            if told != _NOT_TOLD:
                found[item.own_id] = News(kind="edit", item=item, first=told)
            elif item.counts and (words is not None or item.at is None or item.at >= since):
                found[item.own_id] = News(kind="new", item=item, first=item.words)
        return list(found.values())

    def after(self, page: Page, *, told: Collection[str], first_page: bool, done: bool) -> Place:
        """Return the place once the page is committed; `told` are the ids of its news."""
        here: dict[str, tuple[str, str]] = {}
        for item in reversed(page.items):
            before = self.known.get(item.own_id, (_NOT_TOLD, ""))[0]
            here[item.own_id] = (before or (item.words if item.own_id in told else _NOT_TOLD), item.words)
        rest = {own_id: words for own_id, words in self.known.items() if own_id not in here}
        known = {**rest, **here} if first_page else {**here, **rest}
        times = [item.at for item in page.items if item.at is not None]
        top = max(times, default=None) if first_page else self.top
        return Place(
            reached=max(self.reached, top) if done and top else self.reached,
            top=None if done else top,
            onward=None if done else page.onward,
            known=dict(list(known.items())[-REMEMBERED:]),
        )

    def stored(self) -> dict[str, Any]:
        """Return the place as it is kept beside the account."""
        return {
            "reached": self.reached.isoformat(),
            "top": self.top.isoformat() if self.top else None,
            "onward": self.onward,
            "known": [[own_id, *words] for own_id, words in self.known.items()],
        }


def resume(kept: Mapping[str, Any] | None, *, since: datetime) -> Place:
    """Return where to go on; `since`, where the account has just been connected."""
    if kept is None:
        return Place(reached=since)
    return Place(
        reached=datetime.fromisoformat(kept["reached"]),
        top=datetime.fromisoformat(kept["top"]) if kept["top"] else None,
        onward=kept["onward"],
        known={own_id: (told, words) for own_id, told, words in kept["known"]},
    )


async def walk(
    read: Read, place: Place, *, since: datetime, overlap: timedelta
) -> AsyncGenerator[tuple[list[News], Place], None]:
    """Yield what each page holds that is new, with the place that stands behind it, until there is no more.

    A vendor that has forgotten where we were (its marks hold for hours only) is asked from the top the next time:
    nothing is lost, as `reached` moves at the end of a walk only.
    """
    floor = place.reached - overlap
    while True:
        asked = place.onward
        try:
            page = await read(asked)
        except SendingFailed as error:
            if asked is None or error.cause == "credentials":
                raise
            yield [], replace(place, onward=None, top=None)
            return
        times = [item.at for item in page.items if item.at is not None]
        done = page.onward in (None, asked) or (bool(times) and min(times) < floor)
        news = place.news(page, since=since)
        told = {one.item.own_id for one in news}
        place = place.after(page, told=told, first_page=asked is None, done=done)
        yield news, place
        if done:
            return
