"""Files that customers sent to a Telegram bot. Source: core.telegram.org/bots/api, "getFile" and "File"."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means
from shared.channels.telegram.api import address, ask
from shared.vendor.media import fetch_file
from shared.vendor.payloads import text_of

_PATH = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]*(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*")


class TelegramMedia:
    """Fetches in two steps: the id is asked for a path, which works for an hour and under the token only."""

    async def fetch(self, media: str, account: Account, means: Means, *, limit: int) -> bytes:
        """Return the bytes of a file id."""
        path = text_of((await ask(account, means, "getFile", {"file_id": media})).get("file_path"))
        if path is None or not _PATH.fullmatch(path):
            raise SendingFailed("Telegram names no path for the file", cause="gone")
        base = urlsplit(account.settings.api_base_url)
        return await fetch_file(
            means.http,
            address(account, "/file", path),
            headers={},
            hosts=(f"{base.scheme}://{base.netloc}",),
            limit=limit,
            vendor="Telegram",
        )
