"""Follows the list of an app's reviews, whose first is the one written or edited last."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from shared.channel.account import Account
from shared.channel.outbound import Means
from shared.channel.port import Polled
from shared.channels.google_play.api import ask
from shared.channels.google_play.reviews import review_in
from shared.clock import Clock
from shared.vendor.following import PAGE_BYTES, Pace, digest, follow, listed, objects_in
from shared.vendor.payloads import text_of
from shared.vendor.walking import Listed, Page

_A_PAGE = 100
_OVERLAP = timedelta(days=1)
_LONGEST_REST = timedelta(seconds=20)
"""Between two pages: 180 questions an hour, where Google takes 200."""


class GooglePlayPolls:
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
            asked = {"maxResults": str(_A_PAGE)} | ({"token": onward} if onward else {})
            answer = await ask(account, means, "GET", f"?{urlencode(asked)}", most_bytes=PAGE_BYTES)
            written = objects_in(answer, "reviews", vendor="Google Play", optional=True)
            paging = answer.fields.get("tokenPagination")
            return Page(
                items=tuple(_listed(one, clock.now(), settings.most_stars) for one in written),
                onward=text_of(paging.get("nextPageToken")) if isinstance(paging, dict) else None,
            )

        return follow(read, account=account, cursor=cursor, clock=clock, pace=pace)


def _listed(written: object, now: datetime, most_stars: int) -> Listed:
    review = review_in(written, received_at=now)
    if review is None:
        return listed(written, own_id=None, words=digest(written), at=None)
    return review.listed(written, most_stars=most_stars)
