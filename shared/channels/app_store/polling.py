"""Follows the list of an app's reviews, the newest first.

Source: developer.apple.com, "List all customer reviews for an app".
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from shared.channel.account import Account
from shared.channel.outbound import Means
from shared.channel.port import Polled
from shared.channels.app_store.api import ask
from shared.channels.app_store.reviews import review_in
from shared.clock import Clock
from shared.vendor.following import PAGE_BYTES, Pace, digest, follow, listed, objects_in
from shared.vendor.payloads import text_of
from shared.vendor.walking import Listed, Page

_A_PAGE = 200
_OVERLAP = timedelta(days=14)
"""An edit leaves a review where it stands, and some are published days after they were written."""
_LONGEST_REST = timedelta(seconds=2)


class AppStorePolls:
    """The way in by polling."""

    def watch(
        self, account: Account, *, cursor: Mapping[str, Any] | None, clock: Clock, means: Means
    ) -> AsyncGenerator[Polled, None]:
        """Return what yields the reviews written or edited since `cursor`, and looks again every interval."""
        settings = account.settings
        every = timedelta(seconds=settings.interval_seconds)
        pace = Pace(
            every=every,
            between=min(every, _LONGEST_REST),
            overlap=_OVERLAP,
            first=timedelta(days=settings.first_days),
        )

        async def read(onward: str | None) -> Page:
            asked = {"sort": "-createdDate", "limit": str(_A_PAGE)} | ({"cursor": onward} if onward else {})
            path = f"/v1/apps/{settings.app_id}/customerReviews?{urlencode(asked)}"
            answer = await ask(account, means, "GET", path, clock=clock, most_bytes=PAGE_BYTES)
            items = objects_in(answer, "data", vendor="Apple")
            return Page(
                items=tuple(_listed(one, clock.now(), settings.most_stars) for one in items),
                onward=_onward(answer.fields.get("links")),
            )

        return follow(read, account=account, cursor=cursor, clock=clock, pace=pace)


def _onward(links: object) -> str | None:
    """Return the mark in the next page's address; the address itself, which might lead anywhere, is not followed."""
    address = text_of(links.get("next")) if isinstance(links, dict) else None
    try:
        return parse_qs(urlsplit(address or "").query).get("cursor", [None])[0]
    except ValueError:
        return None


def _listed(written: object, now: datetime, most_stars: int) -> Listed:
    review = review_in(written, received_at=now)
    if review is None:
        return listed(written, own_id=None, words=digest(written), at=None)
    return review.listed(written, most_stars=most_stars)
