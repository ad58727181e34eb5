"""Answers by mail through Postmark. Source: postmarkapp.com/developer, "Email API", "Server API", "API error codes"."""

from __future__ import annotations

from typing import Any

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.channels.postmark.events import MARK
from shared.faults import TryLater
from shared.mail.letters import letter
from shared.vendor.calls import VendorAnswer, call, settle

_CAUSES = {406: "unreachable", 300: "bad_address"} | dict.fromkeys((10, 400, 401, 405, 412, 413), "credentials")
_LATER = (100, 429)


class PostmarkSends:
    """The way out of a Postmark server."""

    public = False
    max_length: int | None = None

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Hand the mail to Postmark under a Message-ID of ours, the same at every attempt."""
        mail = letter(outgoing, account)
        headers = {"Message-ID": mail.message_id, "X-PM-KeepID": "true", **mail.headers}
        fields: dict[str, Any] = {
            "From": str(mail.sender),
            "To": str(mail.to),
            "Subject": mail.subject,
            "TextBody": mail.text,
            "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
            "Metadata": {MARK: str(outgoing.outbound_id)},
            "MessageStream": account.settings.message_stream,
            "TrackOpens": False,
            "TrackLinks": "None",
        }
        if mail.reply_to:
            fields["ReplyTo"] = str(mail.reply_to)
        answer = await call(means.http, "POST", _url(account, "/email"), json=fields, headers=_credentials(account))
        _settle(answer)
        return Sent(provider_message_id=mail.message_id)


class PostmarkChecks:
    """Asks Postmark for the server."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the token opens the server, where it delivers to, and whether mails come whole."""
        try:
            answer = await call(means.http, "GET", _url(account, "/server"), headers=_credentials(account))
            _settle(answer)
        except SendingFailed as error:
            return Verdict(works=False, words=f"{error}. Is server_token a server's token, and not the account's?")
        except TryLater as error:
            return Verdict(works=False, words=f"{error}. Is api_base_url right, and Postmark up?")
        server = answer.fields
        if server.get("InboundHookUrl") == "":
            return Verdict(
                works=False, words="The token is good, but the inbound stream has no webhook (see the guide)."
            )
        if server.get("RawEmailEnabled") is False:
            words = (
                "The token is good, but mails come in pieces: tick `Include raw email content` at the inbound webhook."
            )
            return Verdict(works=False, words=words)
        return Verdict(works=True, words="The token opens the server, and its inbound stream has a webhook.")


def _url(account: Account, path: str) -> str:
    return str(account.settings.api_base_url.rstrip("/")) + path


def _credentials(account: Account) -> dict[str, str]:
    token = account.secret("server_token")
    if not token or not token.isascii():
        raise SendingFailed("the account has no server_token", cause="credentials")
    return {"x-postmark-server-token": token, "accept": "application/json"}


def _settle(answer: VendorAnswer) -> None:
    """Return for a mail that was taken; `TryLater` or `SendingFailed` by Postmark's own code, then by the status."""
    code = answer.fields.get("ErrorCode")
    if isinstance(code, int) and code and (answer.status >= 300 or code in _CAUSES or code in _LATER):
        if code in _LATER:
            raise TryLater(f"Postmark answered {answer.status}, error {code}", wait=answer.wait)
        if code in _CAUSES:
            raise SendingFailed(f"Postmark answered {answer.status}, error {code}", cause=_CAUSES[code])
    settle(answer, vendor="Postmark")
