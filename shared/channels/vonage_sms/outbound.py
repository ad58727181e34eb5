"""Answers by SMS. Source: developer.vonage.com, "Messages API reference" and "Account API: get balance"."""

from __future__ import annotations

import base64

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.channels.vonage_sms.tokens import ours
from shared.clock import Clock, SystemClock
from shared.faults import TryLater
from shared.vendor.calls import VendorAnswer, call, settle
from shared.vendor.payloads import text_of

_LONGEST = 1000
_LATER = ("1000", "1030", "1100")
_CAUSES = (
    {"1090": "too_long", "1120": "refused"}
    | dict.fromkeys(("1040", "1050", "1170", "1240"), "unreachable")
    | dict.fromkeys(("1060", "1070", "1080"), "credentials")
)
"""Source: developer.vonage.com/api-errors/messages."""


class VonageSends:
    """The way out of a Vonage number."""

    public = False
    max_length: int | None = _LONGEST

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Send an SMS from the number that the customer wrote to."""
        if len(outgoing.text) > _LONGEST:
            raise SendingFailed(f"Vonage takes {_LONGEST} characters", cause="too_long")
        private_key, settings = account.secret("private_key"), account.settings
        if not private_key:
            raise SendingFailed("the account has no private_key", cause="credentials")
        fields = {
            "channel": "sms",
            "message_type": "text",
            "to": outgoing.reply.to.lstrip("+"),
            "from": (outgoing.reply.thread.get("from") or settings.from_number).lstrip("+"),
            "text": outgoing.text,
            "client_ref": str(outgoing.outbound_id),
        }
        token = ours(
            private_key,
            application_id=settings.application_id,
            token_id=str(outgoing.outbound_id),
            now=self._clock.now(),
        )
        url = f"{settings.api_base_url.rstrip('/')}/v1/messages"
        answer = await call(means.http, "POST", url, json=fields, headers={"authorization": f"Bearer {token}"})
        _settle(answer)
        return Sent(provider_message_id=text_of(answer.fields.get("message_uuid")))


def _settle(answer: VendorAnswer) -> None:
    """Return for a 2xx; `TryLater` or `SendingFailed` by Vonage's own code, which ends `type`, then by the status."""
    code = (text_of(answer.fields.get("type")) or "").rpartition("#")[2]
    if 400 <= answer.status < 500:
        if code in _LATER:
            raise TryLater(f"Vonage answered {answer.status}, error {code}", wait=answer.wait)
        if code in _CAUSES:
            raise SendingFailed(f"Vonage answered {answer.status}, error {code}", cause=_CAUSES[code])
    if answer.status == 402:
        raise SendingFailed("Vonage answered 402: the account has no balance left", cause="credentials")
    settle(answer, vendor="Vonage")


class VonageChecks:
    """Asks Vonage for the account's balance, which an SMS is paid from."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether key and secret open the account, the private key is one, and there is money left."""
        settings, api_secret = account.settings, account.secret("api_secret")
        try:
            ours(
                account.secret("private_key") or "",
                application_id=settings.application_id,
                token_id="check",  # noqa: S106 - names a token that is thrown away
                now=self._clock.now(),
            )
            if not api_secret:
                words = "private_key is a key. Without api_secret nothing more can be checked: Vonage was not asked."
                return Verdict(works=True, words=words)
            pair = base64.b64encode(f"{settings.api_key}:{api_secret}".encode()).decode()
            url = f"{settings.account_api_url.rstrip('/')}/account/get-balance"
            answer = await call(means.http, "GET", url, headers={"authorization": f"Basic {pair}"})
            settle(answer, vendor="Vonage")
        except SendingFailed as error:
            return Verdict(works=False, words=f"{error}. Are api_key and api_secret of the same account?")
        except TryLater as error:
            return Verdict(works=False, words=f"{error}. Is account_api_url right, and Vonage up?")
        balance = answer.fields.get("value")
        if isinstance(balance, int | float) and balance <= 0:
            return Verdict(works=False, words="The account is open, but its balance is used up: no SMS goes out.")
        return Verdict(works=True, words="The account is open, and private_key is a key of the form that Vonage gives.")
