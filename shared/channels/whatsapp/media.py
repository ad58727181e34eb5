"""Files that customers sent by WhatsApp. Source: developers.facebook.com, "Cloud API > Media"."""

from __future__ import annotations

from urllib.parse import urlsplit

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means
from shared.meta.graph import bearer, get
from shared.vendor.media import fetch_file
from shared.vendor.payloads import text_of

_HOSTS = ("lookaside.fbsbx.com", ".fbcdn.net", ".whatsapp.net", ".facebook.com")


class WhatsAppMedia:
    """Fetches in two steps: the id is asked for an address, which works for 5 minutes and with the token only."""

    async def fetch(self, media: str, account: Account, means: Means, *, limit: int) -> bytes:
        """Return the bytes of a media id."""
        address = text_of((await get(account, means, path=(media,))).get("url"))
        if address is None:
            raise SendingFailed("Meta names no address for the file", cause="gone")
        base = urlsplit(account.settings.api_base_url)
        hosts = (*_HOSTS, f"{base.scheme}://{base.netloc}")
        return await fetch_file(means.http, address, headers=bearer(account), hosts=hosts, limit=limit, vendor="Meta")
