"""Pictures, videos and sounds, which stand open where the account's own server keeps them."""

from __future__ import annotations

from urllib.parse import urlsplit

from shared.channel.account import Account
from shared.channel.outbound import Means
from shared.vendor.media import fetch_file


class MastodonMedia:
    """Fetches from the account's server, hosts below it, and those that the account names."""

    async def fetch(self, media: str, account: Account, means: Means, *, limit: int) -> bytes:
        """Return the bytes behind an address."""
        host = urlsplit(account.settings.server_url).hostname or ""
        hosts = (host, f".{host}", *account.settings.media_hosts)
        return await fetch_file(means.http, media, headers={}, hosts=hosts, limit=limit, vendor="Mastodon")
