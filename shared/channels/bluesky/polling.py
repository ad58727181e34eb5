"""Follows an account's notifications, the newest first. Source: the lexicon app.bsky.notification.listNotifications."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from shared.channel.account import Account
from shared.channel.outbound import Means
from shared.channel.port import Polled
from shared.channels.bluesky.api import ask
from shared.channels.bluesky.posts import REASONS, reference
from shared.clock import Clock
from shared.vendor.following import PAGE_BYTES, Pace, digest, follow, listed, objects_in
from shared.vendor.payloads import moment, text_of
from shared.vendor.walking import Listed, Page

_METHOD = "app.bsky.notification.listNotifications"
_A_PAGE = 100
_OVERLAP = timedelta(days=1)
"""Bluesky orders by what a post says of its time, if that is earlier than its arrival."""
_LONGEST_REST = timedelta(seconds=2)
_ALWAYS = digest("a post cannot be edited")


class BlueskyPolls:
    """The way in by polling."""

    def watch(
        self, account: Account, *, cursor: Mapping[str, Any] | None, clock: Clock, means: Means
    ) -> AsyncGenerator[Polled, None]:
        """Return what yields the posts since `cursor`, and looks again every interval."""
        every = timedelta(seconds=account.settings.interval_seconds)
        pace = Pace(every=every, between=min(every, _LONGEST_REST), overlap=_OVERLAP)

        async def read(onward: str | None) -> Page:
            asked = [("limit", str(_A_PAGE)), *(("reasons", reason) for reason in REASONS)]
            query = "?" + urlencode([*asked, *([("cursor", onward)] if onward else [])])
            answer = await ask(account, means, "GET", _METHOD, clock=clock, query=query, most_bytes=PAGE_BYTES)
            told = objects_in(answer, "notifications", vendor="Bluesky")
            return Page(
                items=tuple(_listed(one, clock.now()) for one in told),
                onward=text_of(answer.fields.get("cursor")) if told else None,
            )

        return follow(read, account=account, cursor=cursor, clock=clock, pace=pace)


def _listed(told: object, now: datetime) -> Listed:
    """Return an item; likes and follows, which older servers list as well, only say how far back the page goes."""
    post = reference(told) if isinstance(told, dict) else None
    if post is None or not isinstance(told, dict):
        return listed(told, own_id=None, words=digest(told), at=None)
    counts = told.get("reason") in (None, *REASONS)
    at = moment(told.get("indexedAt"), received_at=now)
    return listed(told if counts else {}, own_id=post.uri, words=_ALWAYS, at=at, counts=counts)
