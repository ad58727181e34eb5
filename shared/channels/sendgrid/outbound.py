"""Answers by mail through SendGrid. Source: twilio.com/docs/sendgrid, "Mail Send", "Rate limits", "Scopes"."""

from __future__ import annotations

from datetime import timedelta
from email.headerregistry import Address
from email.utils import parsedate_to_datetime
from typing import Any

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.channels.sendgrid.events import MARK
from shared.faults import TryLater
from shared.mail.letters import letter
from shared.vendor.calls import VendorAnswer, call, retry_after, settle


class SendGridSends:
    """The way out of SendGrid."""

    public = False
    max_length: int | None = None

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Hand the mail to SendGrid under a Message-ID of ours, the same at every attempt."""
        mail = letter(outgoing, account)
        off = {"enable": False}
        fields: dict[str, Any] = {
            "personalizations": [{"to": [_address(mail.to)]}],
            "from": _address(mail.sender),
            "subject": mail.subject,
            "content": [{"type": "text/plain", "value": mail.text}],
            "headers": {"Message-ID": mail.message_id, **mail.headers},
            "custom_args": {MARK: mail.message_id},
            "tracking_settings": {"click_tracking": off, "open_tracking": off},
        }
        if mail.reply_to:
            fields["reply_to"] = _address(mail.reply_to)
        url = _url(account, "/v3/mail/send")
        _settle(await call(means.http, "POST", url, json=fields, headers=_credentials(account)))
        return Sent(provider_message_id=mail.message_id)


def _address(address: Address) -> dict[str, str]:
    name = {"name": address.display_name} if address.display_name else {}
    return {"email": address.addr_spec, **name}


class SendGridChecks:
    """Asks SendGrid what the key may do."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the key is good, and which permission it lacks."""
        try:
            answer = await call(means.http, "GET", _url(account, "/v3/scopes"), headers=_credentials(account))
            _settle(answer)
        except SendingFailed as error:
            return Verdict(works=False, words=f"{error}. Is api_key a key of this account, and of this region?")
        except TryLater as error:
            return Verdict(works=False, words=f"{error}. Is api_base_url right, and SendGrid up?")
        scopes = answer.fields.get("scopes")
        if isinstance(scopes, list) and "mail.send" not in scopes:
            return Verdict(works=False, words="The key is good but lacks mail.send: give it Mail Send, full access.")
        words = "The key may send mail. Whether Inbound Parse delivers here, only a mail can show."
        return Verdict(works=True, words=words)


def _url(account: Account, path: str) -> str:
    return str(account.settings.api_base_url.rstrip("/")) + path


def _credentials(account: Account) -> dict[str, str]:
    key = account.secret("api_key")
    if not key or not key.isascii():
        raise SendingFailed("the account has no api_key", cause="credentials")
    return {"authorization": f"Bearer {key}", "accept": "application/json"}


def _settle(answer: VendorAnswer) -> None:
    """Return for a mail that was taken; a limit says when it ends as an instant, by SendGrid's own clock."""
    if answer.status == 429 and answer.wait is None:
        raise TryLater("SendGrid answered 429", wait=_until_reset(answer))
    settle(answer, vendor="SendGrid")


def _until_reset(answer: VendorAnswer) -> timedelta | None:
    reset = answer.headers.get("x-ratelimit-reset", "")
    try:
        now = parsedate_to_datetime(answer.headers.get("date", "")).timestamp()
        seconds = max(0, int(reset[:12]) - int(now))
    except (ValueError, TypeError):
        return None
    return retry_after({"retry-after": str(seconds)})
