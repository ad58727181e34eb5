"""Answers by LINE. Source: developers.line.biz, "Send push message" and "Retry failed API requests"."""

from __future__ import annotations

from typing import Any

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.faults import TryLater
from shared.vendor.calls import VendorAnswer, call, settle
from shared.vendor.payloads import text_of

_LONGEST = 5000


class LineSends:
    """The way out of a LINE official account: push messages, which LINE takes once however often they are sent."""

    public = False
    max_length: int | None = _LONGEST

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Send a text that quotes the message it answers; cause `quota` when the plan's messages are used up."""
        if len(outgoing.text.encode("utf-16-le", "replace")) // 2 > _LONGEST:
            raise SendingFailed(f"LINE takes {_LONGEST} characters, and an emoji is two", cause="too_long")
        headers = {**bearer(account), "x-line-retry-key": str(outgoing.outbound_id)}
        url = f"{account.settings.api_base_url.rstrip('/')}/v2/bot/message/push"
        answer = await call(means.http, "POST", url, headers=headers, json=_message(outgoing))
        _settle(answer)
        sent = answer.fields.get("sentMessages")
        first = sent[0] if isinstance(sent, list) and sent else None
        return Sent(provider_message_id=text_of(first.get("id")) if isinstance(first, dict) else None)


def _message(outgoing: Outgoing) -> dict[str, Any]:
    token = outgoing.reply.thread.get("quote_token")
    text = {"type": "text", "text": outgoing.text} | ({"quoteToken": token} if token else {})
    return {"to": outgoing.reply.to, "messages": [text]}


def bearer(account: Account) -> dict[str, str]:
    """Return the header that carries the access token."""
    token = account.secret("access_token")
    if not token or not token.isascii():
        raise SendingFailed("the account has no access_token", cause="credentials")
    return {"authorization": f"Bearer {token}"}


def _settle(answer: VendorAnswer) -> None:
    """Return for what LINE took, now or at an earlier attempt; `TryLater` or `SendingFailed` otherwise."""
    said = (text_of(answer.fields.get("message")) or "").lower()
    if answer.status == 409 and "already accepted" in said:
        return
    if answer.status == 429 and "monthly limit" in said:
        raise SendingFailed("LINE answered 429: the messages of this month's plan are used up", cause="quota")
    if answer.status == 400 and ("failed to send" in said or "'to'" in said):
        raise SendingFailed("LINE answered 400: it knows no such customer", cause="unreachable")
    settle(answer, vendor="LINE")


class LineChecks:
    """Asks LINE where it delivers to."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the token is good, an address is set and deliveries are switched on."""
        url = f"{account.settings.api_base_url.rstrip('/')}/v2/bot/channel/webhook/endpoint"
        try:
            answer = await call(means.http, "GET", url, headers=bearer(account))
            if answer.status == 404:
                return Verdict(
                    works=False, words="The token is good, but no webhook URL is set: see the guide, step 5."
                )
            settle(answer, vendor="LINE")
        except SendingFailed as error:
            return Verdict(works=False, words=f"{error}. Is access_token the long-lived one of this channel?")
        except TryLater as error:
            return Verdict(works=False, words=f"{error}. Is api_base_url right, and LINE up?")
        if answer.fields.get("active") is False:
            return Verdict(works=False, words="The token is good and the address set, but Use webhook is switched off.")
        return Verdict(works=True, words="The token is good, and LINE delivers here what is written.")
