"""What SendGrid posts: mails by Inbound Parse, and batches of events of the mails that we sent.

Source: twilio.com/docs/sendgrid, "Inbound Email Parse Webhook" and "Event Webhook reference".
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryMalformed
from shared.channel.inbound import Parsed
from shared.channels.sendgrid.events import receipts_of
from shared.channels.sendgrid.signature import verify
from shared.mail import limits
from shared.mail.charsets import decode
from shared.mail.headers import read_headers
from shared.mail.hosted import receive_hosted
from shared.mail.rebuilding import LooseFile, TakenApart, rebuild
from shared.vendor.forms import FormUnreadable, PostedForm, read_form
from shared.vendor.handshakes import NoHandshake
from shared.vendor.payloads import text_of

_NOTE = "mail_rebuilt"


class SendGridReceives(NoHandshake):
    """The way in of SendGrid; one mail, or a batch of events, a request."""

    access: Literal["signed", "api_key", "public"] = "signed"
    body_limit = limits.MAIL_BYTES
    heavy = True

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Return only if time and body are signed, by the key for what it is: mails and events have each their own."""
        verify(delivery, keys=account.secrets.get("event_key" if _is_json(delivery) else "inbound_key", ()))

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read the mail or the events."""
        if _is_json(delivery):
            return receipts_of(delivery)
        try:
            form = read_form(delivery)
        except FormUnreadable as error:
            raise DeliveryMalformed(str(error), cause="no_form") from None
        envelope = _envelope(form)
        if form.values.get("email"):
            return receive_hosted(form.values["email"], delivery, account, **envelope)
        if "headers" not in form.values:
            raise DeliveryMalformed("the form holds neither email nor headers", cause="no_mail")
        parsed = receive_hosted(rebuild(_taken_apart(form)), delivery, account, **envelope)
        return replace(parsed, messages=tuple(replace(m, notes=(*m.notes, _NOTE)) for m in parsed.messages))


def _is_json(delivery: Delivery) -> bool:
    return delivery.headers.get("content-type", "").lower().startswith("application/json")


def _envelope(form: PostedForm) -> dict[str, Any]:
    told = _object(form.values.get("envelope", b""))
    to = told.get("to")
    recipients = tuple(filter(None, map(text_of, to))) if isinstance(to, list) else ()
    found: dict[str, Any] = {"rcpt_to": recipients}
    if isinstance(told.get("from"), str):
        found["mail_from"] = told["from"]
    return found


def _object(raw: bytes) -> dict[str, Any]:
    try:
        decoded = msgspec.json.decode(raw)
    except (ValueError, RecursionError):
        return {}
    return decoded if isinstance(decoded, dict) else {}


def _taken_apart(form: PostedForm) -> TakenApart:
    """Without "POST the raw, full MIME message" a mail comes in pieces, each in the charset that it had."""
    raw, charsets = form.values["headers"], _object(form.values.get("charsets", b""))
    fields = read_headers(raw, 0, len(raw)).headers.fields
    text, html = (
        decode(form.values.get(name, b""), text_of(charsets.get(name)) or "utf-8")[0] for name in ("text", "html")
    )
    about = _object(form.values.get("attachment-info", b""))
    return TakenApart(
        headers=[(name, decode(value)[0]) for name, values in fields.items() for value in values],
        text=text,
        html=html,
        files=[
            LooseFile(
                name=file.name.decode("utf-8", "replace"),
                media_type=file.media_type,
                content=file.content,
                content_id=_content_id(about.get(file.field)),
            )
            for file in form.files
        ],
    )


def _content_id(told: object) -> str:
    return (text_of(told.get("content-id")) or "") if isinstance(told, dict) else ""
