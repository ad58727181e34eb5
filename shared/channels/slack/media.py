"""Files that customers shared in Slack. Source: docs.slack.dev, "files.info" and "File object"."""

from __future__ import annotations

from urllib.parse import urlsplit

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means
from shared.channels.slack.api import ask, bearer
from shared.vendor.media import fetch_file
from shared.vendor.payloads import text_of


class SlackMedia:
    """Fetches in two steps: the id is asked for an address, as files of other organisations come without one."""

    async def fetch(self, media: str, account: Account, means: Means, *, limit: int) -> bytes:
        """Return the bytes of a file id."""
        file = (await ask(account, means, "files.info", {"file": media})).fields.get("file")
        named = (
            [text_of(file.get(k)) for k in ("url_private_download", "url_private")] if isinstance(file, dict) else []
        )
        address = next(filter(None, named), None)
        if address is None:
            raise SendingFailed("Slack names no address for the file", cause="gone")
        base = urlsplit(account.settings.api_base_url)
        hosts = ("files.slack.com", f"{base.scheme}://{base.netloc}")
        return await fetch_file(means.http, address, headers=bearer(account), hosts=hosts, limit=limit, vendor="Slack")
