"""Answers to a source of CloudEvents: posted as structured events to its reply address; else by mail."""

from __future__ import annotations

import msgspec

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.channels.cloudevents.events import STRUCTURED
from shared.clock import Clock, SystemClock
from shared.faults import TryLater
from shared.vendor.calls import call, settle
from shared.written.answers import answer_data
from shared.written.by_mail import SendsByMail

_TYPE = "ascolto.complaint.message"
_NO_OPTIONS = (404, 405, 501)


class CloudEventsSends:
    """The way out of a source of CloudEvents."""

    public = False
    max_length: int | None = None

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()
        self._by_mail = SendsByMail(self._clock)

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Post to `reply_url` under the id `outbound_id`, by which the receiver tells a repetition."""
        settings = account.settings
        if settings.reply_url is None or outgoing.reply.thread.get("by") == "mail":
            return await self._by_mail.send(outgoing, account, means)
        event_id = str(outgoing.outbound_id)
        event = {
            "specversion": "1.0",
            "id": event_id,
            "source": settings.source,
            "type": _TYPE,
            "time": self._clock.now(),
            "subject": outgoing.reference,
            "datacontenttype": "application/json",
            "data": answer_data(outgoing, in_reply_to=outgoing.reply.thread.get("id"))
            | {"in_reply_to_source": outgoing.reply.thread.get("source")},
        }
        headers = {"content-type": STRUCTURED, **_bearer(account)}
        body = msgspec.json.encode(event)
        settle(await call(means.http, "POST", settings.reply_url, content=body, headers=headers), vendor="the receiver")
        return Sent(provider_message_id=event_id)


class CloudEventsChecks:
    """Asks the reply address whether it takes events, as the specification has it."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether there is a receiver for answers, and whether it says that it takes them."""
        settings = account.settings
        if settings.reply_url is None:
            return Verdict(works=True, words="Answers go by mail; the way in shows only with the first event.")
        try:
            headers = {"WebHook-Request-Origin": settings.source, **_bearer(account)}
            answer = await call(means.http, "OPTIONS", settings.reply_url, headers=headers)
            if answer.status in _NO_OPTIONS:
                return Verdict(works=True, words="The receiver is there; whether it takes events it does not say.")
            settle(answer, vendor="the receiver")
        except SendingFailed as error:
            return Verdict(works=False, words=f"{error}. Is reply_token the one that the receiver gave out?")
        except TryLater as error:
            return Verdict(works=False, words=f"{error}. Is reply_url right, and the receiver up?")
        if "webhook-allowed-origin" in answer.headers:
            return Verdict(works=True, words="The receiver is there and says that it takes our events.")
        return Verdict(works=True, words="The receiver is there; whether it takes events it does not say.")


def _bearer(account: Account) -> dict[str, str]:
    token = account.secret("reply_token")
    if not token:
        raise SendingFailed("the account has a reply_url and no reply_token", cause="credentials")
    return {"authorization": f"Bearer {token}"}
