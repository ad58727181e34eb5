"""Answers to any system: posted to its reply address, signed as it signs; else by mail."""

from __future__ import annotations

import msgspec

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent
from shared.clock import Clock, SystemClock
from shared.vendor.calls import call, settle
from shared.vendor.standard_webhooks import sign
from shared.written.answers import answer_data
from shared.written.by_mail import SendsByMail


class WebhookSends:
    """The way out of a signed webhook."""

    public = False
    max_length: int | None = None

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._by_mail = SendsByMail(self._clock)

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Post to `reply_url` under the id `outbound_id`, by which the receiver tells a repetition."""
        if account.settings.reply_url is None or outgoing.reply.thread.get("by") == "mail":
            return await self._by_mail.send(outgoing, account, means)
        body, webhook_id = _body(outgoing, self._clock), str(outgoing.outbound_id)
        timestamp = str(int(self._clock.now().timestamp()))
        headers = {
            "content-type": "application/json",
            "webhook-id": webhook_id,
            "webhook-timestamp": timestamp,
            "webhook-signature": _signature(account, webhook_id=webhook_id, timestamp=timestamp, body=body),
        }
        answer = await call(means.http, "POST", account.settings.reply_url, content=body, headers=headers)
        settle(answer, vendor="the reply address")
        return Sent(provider_message_id=webhook_id)


def _body(outgoing: Outgoing, clock: Clock) -> bytes:
    return msgspec.json.encode(
        {
            "type": "complaint.message",
            "timestamp": clock.now(),
            "data": answer_data(outgoing, in_reply_to=outgoing.reply.thread.get("webhook_id")),
        }
    )


def _signature(account: Account, *, webhook_id: str, timestamp: str, body: bytes) -> str:
    """Sign with each valid secret, so that a receiver may rotate at its own pace."""
    secrets = account.secrets.get("signing_secret", ())
    if not secrets:
        raise SendingFailed("the account has no signing_secret", cause="credentials")
    try:
        return " ".join(sign(s, webhook_id=webhook_id, timestamp=timestamp, body=body) for s in secrets)
    except ValueError as error:
        raise SendingFailed(str(error), cause="credentials") from None
