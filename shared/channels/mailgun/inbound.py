"""What Mailgun posts: mails by a route, and events of the mails that we sent.

Source: documentation.mailgun.com, "Receiving Messages via HTTP through a forward() action" and "Webhooks".
"""

from __future__ import annotations

from typing import Any, Literal

import msgspec
from msgspec.structs import replace

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, DeliveryMalformed
from shared.channel.inbound import Parsed
from shared.channels.mailgun.events import receipt_of
from shared.channels.mailgun.signature import verify
from shared.mail import limits
from shared.mail.hosted import receive_hosted
from shared.mail.rebuilding import LooseFile, TakenApart, pairs, rebuild
from shared.vendor.forms import FormUnreadable, PostedForm, read_form
from shared.vendor.gathering import Gathered
from shared.vendor.handshakes import NoHandshake
from shared.vendor.payloads import read_object, text_of

_NOTE = "mail_rebuilt"
_EVENT_BYTES = 1024 * 1024
_PROOF = ("timestamp", "token", "signature")


class MailgunReceives(NoHandshake):
    """The way in of a Mailgun domain; one mail or one event a request."""

    access: Literal["signed", "api_key", "public"] = "signed"
    body_limit = limits.MAIL_BYTES
    heavy = True

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Return only if the time and the token in the body are signed; the rest of the body nobody signs."""
        try:
            proof = _proof(delivery)
        except (FormUnreadable, DeliveryMalformed):
            raise DeliveryForged("the body holds no signature") from None
        verify(account.secrets.get("signing_key", ()), **proof, now=delivery.received_at)

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read the mail or the event."""
        if _is_json(delivery):
            gathered = Gathered()
            gathered.take(receipt_of(read_object(delivery.body), received_at=delivery.received_at))
            return gathered.parsed()
        try:
            form = read_form(delivery)
        except FormUnreadable as error:
            raise DeliveryMalformed(str(error), cause="no_form") from None
        envelope: dict[str, Any] = {"rcpt_to": (form.text("recipient"),)}
        if "sender" in form.values:
            envelope["mail_from"] = form.text("sender")
        if form.values.get("body-mime"):
            return receive_hosted(form.values["body-mime"], delivery, account, **envelope)
        parsed = receive_hosted(rebuild(_taken_apart(form)), delivery, account, **envelope)
        return replace(parsed, messages=tuple(replace(m, notes=(*m.notes, _NOTE)) for m in parsed.messages))


def _is_json(delivery: Delivery) -> bool:
    return delivery.headers.get("content-type", "").lower().startswith("application/json")


def _proof(delivery: Delivery) -> dict[str, str]:
    if _is_json(delivery):
        if len(delivery.body) > _EVENT_BYTES:
            raise DeliveryForged("this is larger than an event of Mailgun's")
        told = read_object(delivery.body).get("signature")
        told = told if isinstance(told, dict) else {}
        return {name: text_of(told.get(name)) or "" for name in _PROOF}
    form = read_form(delivery, only=_PROOF)
    return {name: form.text(name) for name in _PROOF}


def _taken_apart(form: PostedForm) -> TakenApart:
    """A route whose address does not end in `mime` sends the mail in pieces."""
    if "message-headers" not in form.values:
        raise DeliveryMalformed("the form holds neither body-mime nor message-headers", cause="no_mail")
    try:
        headers = pairs(msgspec.json.decode(form.values["message-headers"]))
    except (ValueError, RecursionError):
        headers = [(n, form.text(n)) for n in ("from", "subject") if form.values.get(n)]
    return TakenApart(
        headers=headers,
        text=form.values.get("body-plain", b"").decode("utf-8", "replace"),
        html=form.values.get("body-html", b"").decode("utf-8", "replace"),
        files=[
            LooseFile(name=f.name.decode("utf-8", "replace"), media_type=f.media_type, content=f.content)
            for f in form.files
        ],
    )
