"""Files that customers sent by LINE. Source: developers.line.biz, "Get content"."""

from __future__ import annotations

from urllib.parse import quote, urlsplit

from shared.channel.account import Account
from shared.channel.outbound import Means
from shared.channels.line.outbound import bearer
from shared.vendor.media import fetch_file


class LineMedia:
    """Fetches by the id of the message; a film that LINE still converts comes later."""

    async def fetch(self, media: str, account: Account, means: Means, *, limit: int) -> bytes:
        """Return the bytes of a message's file."""
        base = account.settings.content_base_url.rstrip("/")
        parts = urlsplit(base)
        return await fetch_file(
            means.http,
            f"{base}/v2/bot/message/{quote(media, safe='')}/content",
            headers=bearer(account),
            hosts=(f"{parts.scheme}://{parts.netloc}",),
            limit=limit,
            vendor="LINE",
        )
