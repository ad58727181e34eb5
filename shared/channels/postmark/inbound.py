"""What Postmark posts: mails of an inbound stream, and events of the mails that we sent.

Source: postmarkapp.com/developer, "Inbound webhook", "Parse an email" and "Webhooks overview".
"""

from __future__ import annotations

import base64
import hmac
from typing import Any, Literal

from msgspec.structs import replace

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, DeliveryMalformed
from shared.channel.inbound import Parsed
from shared.channels.postmark.events import receipt_of
from shared.mail import limits
from shared.mail.headers import lenient_base64
from shared.mail.hosted import receive_hosted
from shared.mail.rebuilding import LooseFile, TakenApart, pairs, rebuild
from shared.vendor.gathering import Gathered
from shared.vendor.handshakes import NoHandshake
from shared.vendor.payloads import read_object, text_of

USER = "ascolto"
_NOTE = "mail_rebuilt"
_ELSEWHERE = (
    ("From", "From"),
    ("To", "To"),
    ("Cc", "Cc"),
    ("Subject", "Subject"),
    ("Date", "Date"),
    ("Reply-To", "ReplyTo"),
)
"""Fields of a mail that Postmark takes out of its headers, and where it puts them."""


class PostmarkReceives(NoHandshake):
    """The way in of a Postmark server; one mail or one event a request."""

    access: Literal["signed", "api_key", "public"] = "signed"
    body_limit = limits.MAIL_BYTES
    heavy = True

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Return only if Postmark repeats the user and the password of the address; it signs nothing."""
        claimed = delivery.headers.get("authorization", "").encode("utf-8", "surrogateescape")
        for password in account.secrets.get("webhook_password", ()):
            if password and hmac.compare_digest(claimed, basic(password).encode()):
                return
        raise DeliveryForged("authorization is not the user and password of this account's webhook")

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read the mail or the event."""
        told = read_object(delivery.body)
        kind = told.get("RecordType")
        if "RawEmail" in told or "FromFull" in told or kind == "Inbound":
            return _mail(told, delivery, account)
        if not isinstance(kind, str):
            raise DeliveryMalformed("the delivery is neither a mail nor an event of Postmark's", cause="no_event")
        gathered = Gathered()
        gathered.take(receipt_of(told, kind, sender=account.settings.sender, received_at=delivery.received_at))
        return gathered.parsed()


def basic(password: str) -> str:
    """Return the header by which Postmark repeats what stands in the address."""
    return "Basic " + base64.b64encode(f"{USER}:{password}".encode()).decode()


def _mail(told: dict[str, Any], delivery: Delivery, account: Account) -> Parsed:
    recipient = text_of(told.get("OriginalRecipient"))
    rcpt_to = (recipient,) if recipient else ()
    raw = told.get("RawEmail")
    if isinstance(raw, str) and raw.strip():
        return receive_hosted(raw.encode("utf-8", "replace"), delivery, account, rcpt_to=rcpt_to)
    parsed = receive_hosted(rebuild(_taken_apart(told)), delivery, account, rcpt_to=rcpt_to)
    return replace(parsed, messages=tuple(replace(m, notes=(*m.notes, _NOTE)) for m in parsed.messages))


def _taken_apart(told: dict[str, Any]) -> TakenApart:
    """Without "Include raw email content" Postmark sends the mail in pieces only."""
    listed = pairs(told.get("Headers"))
    known = {name.lower() for name, _ in listed}
    beside = [(name, text_of(told.get(key))) for name, key in _ELSEWHERE if name.lower() not in known]
    return TakenApart(
        headers=[*listed, *((name, value) for name, value in beside if value)],
        text=text_of(told.get("TextBody")) or "",
        html=text_of(told.get("HtmlBody")) or "",
        files=[_file(item) for item in _list(told.get("Attachments")) if isinstance(item, dict)],
    )


def _list(value: object) -> list[Any]:
    return value if isinstance(value, list) else []


def _file(item: dict[str, Any]) -> LooseFile:
    return LooseFile(
        name=text_of(item.get("Name")) or "",
        media_type=text_of(item.get("ContentType")) or "",
        content=lenient_base64((text_of(item.get("Content")) or "").encode("utf-8", "replace")),
        content_id=text_of(item.get("ContentID")) or "",
    )
