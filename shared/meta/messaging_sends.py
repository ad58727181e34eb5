"""Answers in a chat of a page or an Instagram account, the check of its subscription, and the files in it."""

from __future__ import annotations

import re
from typing import Any

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.faults import TryLater
from shared.meta.graph import get, post
from shared.vendor.media import fetch_file
from shared.vendor.payloads import text_of

_HOSTS = ("lookaside.fbsbx.com", ".fbsbx.com", ".fbcdn.net", ".cdninstagram.com")
_CODE = re.compile(r"error (\d{1,6})\b")


async def send_text(outgoing: Outgoing, account: Account, means: Means, *, node: str, typed: bool = True) -> Sent:
    """Send a text in the chat; as a person's where the account may, which Meta takes for a week instead of a day."""
    message: dict[str, Any] = {"recipient": {"id": outgoing.reply.to}, "message": {"text": outgoing.text}}
    if account.settings.human_agent and not outgoing.automatic:
        message |= {"messaging_type": "MESSAGE_TAG", "tag": "HUMAN_AGENT"}
    elif typed:
        message |= {"messaging_type": "RESPONSE"}
    fields = await post(account, means, path=(node, "messages"), json=message)
    return Sent(provider_message_id=text_of(fields.get("message_id")))


async def check_subscription(
    account: Account, means: Means, *, node: str, fields: tuple[str, ...], permissions: str
) -> Verdict:
    """Say whether the token is good and Meta delivers what is written: a page must be subscribed beside its app."""
    try:
        answer = await get(account, means, path=(node, "subscribed_apps"))
    except SendingFailed as error:
        return Verdict(works=False, words=f"{error}. {_advice(str(error), permissions)}")
    except TryLater as error:
        return Verdict(works=False, words=f"{error}. Is api_base_url right, and Meta up?")
    apps = answer.get("data")
    if apps == []:
        return Verdict(
            works=False, words="The token is good, but nothing is subscribed: see subscribed_apps in the guide."
        )
    told = [app.get("subscribed_fields") for app in apps if isinstance(app, dict)] if isinstance(apps, list) else []
    lists = [names for names in told if isinstance(names, list)]
    missing = [f for f in fields if lists and not any(f in names for names in lists)]
    if missing:
        words = f"The token is good, but the subscription lacks {', '.join(missing)}: see subscribed_apps in the guide."
        return Verdict(works=False, words=words)
    return Verdict(works=True, words="The token is good, and Meta delivers here what is written.")


def _advice(error: str, permissions: str) -> str:
    found = _CODE.search(error)
    code = int(found[1]) if found else 0
    if code in (3, 10) or 200 <= code < 300:
        return f"The access token lacks a permission: it needs {permissions}."
    if code == 190:
        return "The access token is expired or revoked: generate a new one."
    return "Is the access token of the right app and of this account?"


class MessagingMedia:
    """Fetches what lies open at Meta's own hosts, named by a delivery that Meta signed."""

    async def fetch(self, media: str, account: Account, means: Means, *, limit: int) -> bytes:  # noqa: ARG002
        """Return the bytes behind an address."""
        return await fetch_file(means.http, media, headers={}, hosts=_HOSTS, limit=limit, vendor="Meta")
