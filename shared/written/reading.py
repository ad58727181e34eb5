"""From the bytes of a client to a message."""

from __future__ import annotations

from datetime import UTC

import msgspec

from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryInvalid, DeliveryMalformed
from shared.channel.inbound import InboundAttachment, InboundMessage
from shared.contracts.complaint import (
    ComplaintRefused,
    InReplyTo,
    NotJson,
    WrittenComplaint,
    WrittenContact,
    read_complaint,
)
from shared.contracts.parts import ReplyAddress, Sender

_KINDS = ("customer_id", "email", "phone", "handle")


def complaint_in(delivery: Delivery) -> WrittenComplaint:
    """Return the complaint that a delivery holds; `DeliveryMalformed` if it is not JSON, `DeliveryInvalid` if wrong."""
    try:
        return read_complaint(delivery.body, now=delivery.received_at)
    except NotJson as error:
        raise DeliveryMalformed(str(error), cause="not_json") from None
    except ComplaintRefused as error:
        raise DeliveryInvalid(error.errors) from None


def to_message(
    complaint: WrittenComplaint, *, provider_message_id: str, reply: ReplyAddress | None, vouched: bool
) -> InboundMessage:
    """Return the complaint as a message; `vouched` where the client is trusted to know who its customer is."""
    contact = complaint.contact or WrittenContact()
    return InboundMessage(
        provider_message_id=provider_message_id,
        conversation=identity(contact) or provider_message_id,
        sender=_sender(contact, vouched=vouched),
        text=complaint.text,
        subject=complaint.subject,
        sent_at=complaint.received_at and complaint.received_at.astimezone(UTC),
        reply=reply,
        attachments=_attachments(complaint),
        token=_token(complaint.in_reply_to),
        language=_primary(complaint.language),
        segment=complaint.segment or "consumer",
        order_reference=complaint.order_reference,
        outcome_sought=complaint.outcome_sought,
        metadata=dict(complaint.metadata or {}),
        channel_label=complaint.channel,
    )


def identity(contact: WrittenContact) -> str | None:
    """Return what names the customer towards us, the first that is given, written in one way."""
    for kind in _KINDS:
        value = (getattr(contact, kind) or "").strip()
        if value:
            return f"{kind}:{value.casefold()}"
    return None


def mail_address(contact: WrittenContact | None, *, account: str, channel: str) -> ReplyAddress | None:
    """Return the address at which a mail reaches the customer, or nothing where none was given."""
    if contact is None or not contact.email or not contact.email.strip():
        return None
    return ReplyAddress(account=account, channel=channel, to=contact.email.strip(), thread={"by": "mail"})


def _sender(contact: WrittenContact, *, vouched: bool) -> Sender:
    sender = Sender(
        name=_given(contact.name),
        email=_given(contact.email),
        phone=_given(contact.phone),
        handle=_given(contact.handle),
        customer_id=_given(contact.customer_id),
        internal=contact.internal,
    )
    if not vouched:
        return sender
    return msgspec.structs.replace(sender, verified=tuple(kind for kind in _KINDS if getattr(sender, kind)))


def _given(value: str | None) -> str | None:
    return (value or "").strip() or None


def _attachments(complaint: WrittenComplaint) -> tuple[InboundAttachment, ...]:
    return tuple(
        InboundAttachment(name=a.name, media_type=a.media_type, content=a.content_base64)
        for a in complaint.attachments or ()
    )


def _token(in_reply_to: InReplyTo | None) -> str | None:
    """Write a status token the way a reply token is written: the reference, a hyphen, what proves it."""
    return None if in_reply_to is None else f"{in_reply_to.reference}-{in_reply_to.token}".lower()


def _primary(language: str | None) -> str | None:
    """`it-IT` is told as `it`: rulebooks speak of languages, not of countries."""
    return None if language is None else language.replace("_", "-").partition("-")[0].lower()
