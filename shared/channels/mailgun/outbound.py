"""Answers by mail through Mailgun. Source: documentation.mailgun.com, "Messages" and "Domains" of the API."""

from __future__ import annotations

import base64

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.faults import TryLater
from shared.mail.letters import Letter, letter
from shared.vendor.calls import call, settle
from shared.vendor.payloads import text_of


class MailgunSends:
    """The way out of a Mailgun domain."""

    public = False
    max_length: int | None = None

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Hand the mail to Mailgun under a Message-ID of ours, the same at every attempt."""
        mail = letter(outgoing, account)
        url = _url(account, f"/v3/{account.settings.domain}/messages")
        answer = await call(means.http, "POST", url, data=_form(mail), headers=_credentials(account))
        settle(answer, vendor="Mailgun")
        named = (text_of(answer.fields.get("id")) or mail.message_id).strip("<> ")
        return Sent(provider_message_id=f"<{named}>")


def _form(mail: Letter) -> dict[str, str]:
    form = {
        "from": str(mail.sender),
        "to": str(mail.to),
        "subject": mail.subject,
        "text": mail.text,
        "h:Message-Id": mail.message_id,
        "o:tracking": "no",  # whoever complains is not watched while reading the answer
    }
    if mail.reply_to:
        form["h:Reply-To"] = str(mail.reply_to)
    return form | {f"h:{name}": value for name, value in mail.headers.items()}


class MailgunChecks:
    """Asks Mailgun for the domain."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the key opens the domain, and whether Mailgun lets it send."""
        try:
            url = _url(account, f"/v4/domains/{account.settings.domain}")
            answer = await call(means.http, "GET", url, headers=_credentials(account))
            settle(answer, vendor="Mailgun")
        except SendingFailed as error:
            hint = "Is api_key an account's key (a sending key may not ask), and the domain of this region?"
            return Verdict(works=False, words=f"{error}. {hint}")
        except TryLater as error:
            return Verdict(works=False, words=f"{error}. Is api_base_url right, and Mailgun up?")
        domain = answer.fields.get("domain")
        state = text_of(domain.get("state")) if isinstance(domain, dict) else None
        if state not in (None, "active"):
            return Verdict(works=False, words="The key is good, but Mailgun has not verified the domain's DNS records.")
        return Verdict(
            works=True, words="The key opens the domain, and Mailgun lets it send. Routes are not asked for."
        )


def _url(account: Account, path: str) -> str:
    return str(account.settings.api_base_url.rstrip("/")) + path


def _credentials(account: Account) -> dict[str, str]:
    key = account.secret("api_key")
    if not key:
        raise SendingFailed("the account has no api_key", cause="credentials")
    return {"authorization": "Basic " + base64.b64encode(f"api:{key}".encode()).decode()}
