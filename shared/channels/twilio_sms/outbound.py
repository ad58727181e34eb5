"""Answers by SMS. Source: twilio.com/docs/messaging/api/message-resource and /docs/api/errors."""

from __future__ import annotations

import base64
from urllib.parse import urlsplit

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.faults import TryLater
from shared.vendor.calls import VendorAnswer, call, settle
from shared.vendor.media import fetch_file
from shared.vendor.payloads import text_of

_CAUSES = {21610: "opted_out", 20003: "credentials"} | dict.fromkeys((21211, 21214, 21217, 21408, 21614), "unreachable")
_LONGEST = 1600
_LATER = frozenset({20429, 30001, 14107})
_MEDIA_HOSTS = ("api.twilio.com", ".twilio.com", ".twiliocdn.com", ".amazonaws.com")


class TwilioSends:
    """The way out of a Twilio number."""

    public = False
    max_length: int | None = _LONGEST

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Send an SMS from the number that the customer wrote to; cause `opted_out` after a STOP."""
        if len(outgoing.text) > _LONGEST:
            raise SendingFailed(f"Twilio takes {_LONGEST} characters", cause="too_long")
        form = {
            "To": outgoing.reply.to,
            "From": outgoing.reply.thread.get("from") or account.settings.from_number,
            "Body": outgoing.text,
        }
        if account.settings.public_url.startswith("https://"):
            form["StatusCallback"] = account.settings.public_url
        answer = await call(
            means.http, "POST", _url(account, "/Messages.json"), data=form, headers=_credentials(account)
        )
        _settle(answer)
        return Sent(provider_message_id=text_of(answer.fields.get("sid")))


class TwilioChecks:
    """Asks Twilio for the account."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the credentials open the account."""
        try:
            answer = await call(means.http, "GET", _url(account, ".json"), headers=_credentials(account))
            _settle(answer)
        except SendingFailed as error:
            return Verdict(works=False, words=f"{error}. Are account_sid and auth_token of the same account?")
        except TryLater as error:
            return Verdict(works=False, words=f"{error}. Is api_base_url right, and Twilio up?")
        return Verdict(works=True, words=f"Twilio's account is {text_of(answer.fields.get('status')) or 'open'}.")


class TwilioMedia:
    """Fetches the files of an MMS, which Twilio guards by the account's credentials."""

    async def fetch(self, media: str, account: Account, means: Means, *, limit: int) -> bytes:
        """Return the bytes behind a media address."""
        base = urlsplit(account.settings.api_base_url)
        hosts = (*_MEDIA_HOSTS, f"{base.scheme}://{base.netloc}")
        headers = _credentials(account)
        return await fetch_file(means.http, media, headers=headers, hosts=hosts, limit=limit, vendor="Twilio")


def _url(account: Account, rest: str) -> str:
    settings = account.settings
    return f"{settings.api_base_url.rstrip('/')}/2010-04-01/Accounts/{settings.account_sid}{rest}"


def _credentials(account: Account) -> dict[str, str]:
    token = account.secret("auth_token")
    if not token:
        raise SendingFailed("the account has no auth_token", cause="credentials")
    pair = f"{account.settings.account_sid}:{token}".encode()
    return {"authorization": "Basic " + base64.b64encode(pair).decode()}


def _settle(answer: VendorAnswer) -> None:
    """Return for a 2xx; `TryLater` or `SendingFailed` by Twilio's own code, then by the status."""
    code = answer.fields.get("code")
    if answer.status >= 300 and isinstance(code, int):
        if code in _LATER:
            raise TryLater(f"Twilio answered {answer.status}, error {code}", wait=answer.wait)
        if code in _CAUSES:
            raise SendingFailed(f"Twilio answered {answer.status}, error {code}", cause=_CAUSES[code])
    settle(answer, vendor="Twilio")
