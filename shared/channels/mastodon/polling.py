"""Follows the mentions among an account's notifications, the newest first.

Source: docs.joinmastodon.org, "notifications API methods" and "Pagination through the Link header".
"""

from __future__ import annotations

import re
from collections.abc import AsyncGenerator, Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from shared.channel.account import Account
from shared.channel.outbound import Means
from shared.channel.port import Polled
from shared.channels.mastodon.api import ask
from shared.channels.mastodon.statuses import status_in
from shared.clock import Clock
from shared.vendor.following import PAGE_BYTES, Pace, digest, follow, listed, objects_in
from shared.vendor.payloads import moment, text_of
from shared.vendor.walking import Listed, Page

_A_PAGE = 40
_OVERLAP = timedelta(hours=6)
_LONGEST_REST = timedelta(seconds=2)
_NEXT = re.compile(r'<([^<>]*)>\s*;\s*rel="?next"?', re.IGNORECASE)


class MastodonPolls:
    """The way in by polling."""

    def watch(
        self, account: Account, *, cursor: Mapping[str, Any] | None, clock: Clock, means: Means
    ) -> AsyncGenerator[Polled, None]:
        """Return what yields the mentions since `cursor`, and looks again every interval."""
        every = timedelta(seconds=account.settings.interval_seconds)
        pace = Pace(every=every, between=min(every, _LONGEST_REST), overlap=_OVERLAP)

        async def read(onward: str | None) -> Page:
            # What a policy of the account's filters (strangers, new accounts) is a complaint all the same.
            asked = {"types[]": "mention", "limit": str(_A_PAGE), "include_filtered": "true"}
            query = urlencode(asked | ({"max_id": onward} if onward else {}))
            path = f"/api/v1/notifications?{query}"
            answer = await ask(account, means, "GET", path, clock=clock, most_bytes=PAGE_BYTES)
            told = objects_in(answer, vendor="Mastodon")
            return Page(
                items=tuple(_listed(one, clock.now()) for one in told),
                onward=_onward(answer.headers.get("link", "")) if told else None,
            )

        return follow(read, account=account, cursor=cursor, clock=clock, pace=pace)


def _onward(link: str) -> str | None:
    """Return the mark in the next page's address; the address itself is not followed."""
    found = _NEXT.search(link)
    try:
        return parse_qs(urlsplit(found[1]).query).get("max_id", [None])[0] if found else None
    except ValueError:
        return None


def _listed(told: object, now: datetime) -> Listed:
    if isinstance(told, dict) and told.get("type") not in (None, "mention"):
        # Servers of other makes may leave the wish for one type unheard; their times say how far back the page goes.
        at = moment(told.get("created_at"), received_at=now)
        return listed({}, own_id=f"~{text_of(told.get('id'))}", words=digest("other"), at=at, counts=False)
    status = status_in(told) if isinstance(told, dict) else {}
    own_id = text_of(status.get("id"))
    if own_id is None or not isinstance(told, dict):
        return listed(told, own_id=None, words=digest(told), at=None)
    words = digest(status.get("content"), status.get("spoiler_text"))
    return listed(told, own_id=own_id, words=words, at=moment(told.get("created_at"), received_at=now))
