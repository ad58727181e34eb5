"""Requests of Twilio: incoming SMS, and what became of ours.

Source: twilio.com/docs/messaging/guides/webhook-request.
"""

from __future__ import annotations

from typing import Literal

from shared.channel.account import Account
from shared.channel.delivery import Answer, Delivery
from shared.channel.errors import DeliveryForged, DeliveryMalformed
from shared.channel.inbound import InboundAttachment, InboundMessage, Parsed, Receipt
from shared.channels.twilio_sms.signature import Fields, fields_of, holds
from shared.contracts.parts import ReplyAddress, Sender
from shared.vendor.handshakes import NoHandshake
from shared.vendor.payloads import read_object, text_of

EMPTY_ANSWER = Answer(body=b"<Response/>", media_type="text/xml")
STOP_WORDS = frozenset({"stop", "stopall", "unsubscribe", "cancel", "end", "quit", "revoke", "optout"})

_MEDIA_LIMIT = 10
_FATES: dict[str, Literal["delivered", "failed"]] = {
    "delivered": "delivered",
    "read": "delivered",
    "undelivered": "failed",
    "failed": "failed",
}


class TwilioReceives(NoHandshake):
    """The way in of a Twilio number."""

    access: Literal["signed", "api_key", "public"] = "signed"
    body_limit = 1024 * 1024
    heavy = False

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Return only if `x-twilio-signature` is that of the configured address and the fields."""
        try:
            genuine = holds(
                account.secrets.get("auth_token", ()),
                claimed=delivery.headers.get("x-twilio-signature", ""),
                public_url=account.settings.public_url,
                query=delivery.query,
                fields=() if _is_json(delivery) else fields_of(delivery.body),
                body=delivery.body,
            )
        except ValueError:
            genuine = False
        if not genuine:
            raise DeliveryForged("x-twilio-signature does not match; is public_url the address typed in at Twilio?")

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read the one SMS or status; the answer is an empty one, so that Twilio says nothing in our name."""
        fields = _fields(delivery)
        message_id = fields.get("MessageSid") or fields.get("SmsSid")
        if not message_id:
            raise DeliveryMalformed("there is no MessageSid", cause="no_id")
        status = fields.get("MessageStatus")
        if status is not None and status != "received":
            return _fate(fields, message_id, status)
        if not fields.get("From"):
            raise DeliveryMalformed("there is no From", cause="no_sender")
        if fields.get("OptOutType") in ("HELP", "START"):
            return Parsed(ignored=1, answer=EMPTY_ANSWER)
        return Parsed(messages=(_message(fields, message_id, account),), answer=EMPTY_ANSWER)


def _is_json(delivery: Delivery) -> bool:
    return delivery.headers.get("content-type", "").lower().startswith("application/json")


def _fields(delivery: Delivery) -> dict[str, str]:
    if _is_json(delivery):
        return {name: text_of(value) or "" for name, value in read_object(delivery.body).items()}
    try:
        fields: Fields = fields_of(delivery.body)
        delivery.body.decode()
        "".join(value for _, value in fields).encode()
    except UnicodeError:
        raise DeliveryMalformed("the fields are not UTF-8", cause="not_utf8") from None
    except ValueError:
        raise DeliveryMalformed("there are too many fields", cause="too_many_fields") from None
    return dict(fields)


def _fate(fields: dict[str, str], message_id: str, status: str) -> Parsed:
    """A status on the way (queued, sending, sent) tells nothing yet."""
    if status not in _FATES:
        return Parsed(ignored=1, answer=EMPTY_ANSWER)
    code = fields.get("ErrorCode", "")[:10]
    receipt = Receipt(
        provider_message_id=message_id, state=_FATES[status], detail=f"Twilio error {code}" if code else None
    )
    return Parsed(receipts=(receipt,), answer=EMPTY_ANSWER)


def _message(fields: dict[str, str], message_id: str, account: Account) -> InboundMessage:
    sender, attachments = fields["From"], _files(fields)
    number = sender.removeprefix("whatsapp:")
    return InboundMessage(
        provider_message_id=message_id,
        conversation=sender,
        threaded=True,
        sender=Sender(name=fields.get("ProfileName") or None, phone=number, verified=("phone",)),
        text=fields.get("Body") or ("[media]" if attachments else "[an SMS without words]"),
        reply=ReplyAddress(
            account=account.account,
            channel=account.channel,
            to=sender,
            thread={"from": fields["To"]} if fields.get("To") else {},
        ),
        attachments=attachments,
        automatic="opt_out" if _stops(fields) else None,
    )


def _stops(fields: dict[str, str]) -> bool:
    """Twilio itself sends nothing more to who said stop; we file it, and answer nothing to it of our own accord."""
    return fields.get("OptOutType") == "STOP" or fields.get("Body", "").strip(" .!").lower() in STOP_WORDS


def _files(fields: dict[str, str]) -> tuple[InboundAttachment, ...]:
    number = fields.get("NumMedia", "")
    many = int(number) if number.isascii() and number.isdigit() and len(number) < 4 else 0
    found = []
    for n in range(min(many, _MEDIA_LIMIT)):
        media_type = fields.get(f"MediaContentType{n}") or "application/octet-stream"
        if address := fields.get(f"MediaUrl{n}"):
            name = f"media-{n + 1}.{media_type.partition('/')[2].partition(';')[0] or 'bin'}"
            found.append(InboundAttachment(name=name, media_type=media_type, media=address))
    return tuple(found)
