"""Answers by mail through SES. Source: docs.aws.amazon.com/ses, API v2, "SendEmail" and "GetAccount"."""

from __future__ import annotations

from email.headerregistry import Address
from email.utils import formataddr
from typing import Any

import msgspec

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.channels.ses.asking import aws_key
from shared.channels.ses.events import MARK
from shared.clock import Clock, SystemClock
from shared.faults import TryLater
from shared.mail.letters import Letter, letter
from shared.vendor.calls import VendorAnswer, call, settle
from shared.vendor.sigv4 import signed_headers

_LATER = frozenset(("ThrottlingException", "TooManyRequestsException", "LimitExceededException", "RequestTimeout"))
_CAUSES = {"MessageRejected": "refused", "BadRequestException": "bad_address"} | dict.fromkeys(
    ("MailFromDomainNotVerifiedException", "AccountSuspendedException", "SendingPausedException", "NotFoundException",
     "AccessDeniedException", "SignatureDoesNotMatch", "InvalidSignatureException", "UnrecognizedClientException",
     "InvalidClientTokenId", "ExpiredTokenException"),
    "credentials",
)  # fmt: skip


class SesSends:
    """The way out of an SES identity."""

    public = False
    max_length: int | None = None

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Hand the mail to SES, which names it anew; our own name stands last among its references."""
        mail = letter(outgoing, account)
        body = msgspec.json.encode(_fields(mail, outgoing, account))
        _settle(await _ask("POST", "/v2/email/outbound-emails", account, means, self._clock, body=body))
        return Sent(provider_message_id=mail.message_id)


def _fields(mail: Letter, outgoing: Outgoing, account: Account) -> dict[str, Any]:
    # Whoever answers copies the references, so that the answer names our mail although SES renamed it.
    headers = {**mail.headers, "References": f"{mail.headers.get('References', '')} {mail.message_id}".strip()}
    fields: dict[str, Any] = {
        "FromEmailAddress": _written(mail.sender),
        "Destination": {"ToAddresses": [_written(mail.to)]},
        "Content": {
            "Simple": {
                "Subject": {"Data": mail.subject, "Charset": "UTF-8"},
                "Body": {"Text": {"Data": mail.text, "Charset": "UTF-8"}},
                "Headers": [{"Name": name, "Value": value} for name, value in headers.items()],
            }
        },
        "EmailTags": [{"Name": MARK, "Value": str(outgoing.outbound_id)}],
    }
    if mail.reply_to:
        fields["ReplyToAddresses"] = [_written(mail.reply_to)]
    if account.settings.configuration_set:
        fields["ConfigurationSetName"] = account.settings.configuration_set
    return fields


def _written(address: Address) -> str:
    """SES takes ASCII in addresses: names beyond it are written as encoded words."""
    if not address.addr_spec.isascii():
        raise SendingFailed("SES takes no letters beyond ASCII before the @", cause="bad_address")
    return formataddr((address.display_name, address.addr_spec))


class SesChecks:
    """Asks SES for the account."""

    def __init__(self, clock: Clock | None = None) -> None:
        self._clock = clock or SystemClock()

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the key may ask, and whether SES lets the account send, and to whom."""
        try:
            answer = await _ask("GET", "/v2/email/account", account, means, self._clock)
            _settle(answer)
        except SendingFailed as error:
            hint = "Is the key of this account, and may its user ses:GetAccount and ses:SendEmail?"
            return Verdict(works=False, words=f"{error}. {hint}")
        except TryLater as error:
            return Verdict(works=False, words=f"{error}. Is region right, and SES up there?")
        if answer.fields.get("SendingEnabled") is False:
            return Verdict(works=False, words="The key is good, but SES has paused sending for this account.")
        if answer.fields.get("ProductionAccessEnabled") is False:
            words = (
                "The key is good, but the account is in the sandbox: ask for production access, or only verified "
                "addresses are answered."
            )
            return Verdict(works=False, words=words)
        return Verdict(
            works=True, words="The key is good, and SES lets the account send. Receipt rules are not asked for."
        )


async def _ask(
    method: str, path: str, account: Account, means: Means, clock: Clock, *, body: bytes = b""
) -> VendorAnswer:
    settings = account.settings
    url = (settings.api_base_url or f"https://email.{settings.region}.amazonaws.com") + path
    key = aws_key(account, "ses", cause=SendingFailed)
    content_type = {"content-type": "application/json"} if body else {}
    headers = signed_headers(method, url, key=key, now=clock.now(), body=body, headers=content_type)
    return await call(means.http, method, url, content=body, headers=headers)


def _settle(answer: VendorAnswer) -> None:
    """Return for a mail that was taken; `TryLater` or `SendingFailed` by AWS's own word, then by the status."""
    word = answer.headers.get("x-amzn-errortype", "").partition(":")[0]
    if answer.status >= 300 and word in _LATER:
        raise TryLater(f"SES answered {answer.status}: {word}", wait=answer.wait)
    if answer.status >= 300 and word in _CAUSES:
        raise SendingFailed(f"SES answered {answer.status}: {word}", cause=_CAUSES[word])
    settle(answer, vendor="SES")
