"""What SNS posts for SES: mails, events of the mails that we sent, and its own housekeeping.

Source: docs.aws.amazon.com/sns, "Parsing message formats", and docs.aws.amazon.com/ses.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal, cast

from msgspec.structs import replace

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, DeliveryMalformed
from shared.channel.inbound import Parsed, Unreadable
from shared.channels.ses.asking import CERTIFICATE
from shared.channels.ses.events import receipt_of
from shared.channels.ses.notices import content_of, envelope_of, is_mail, is_received, notice_in
from shared.channels.ses.signature import believed, verify
from shared.mail.authentication import DmarcResult
from shared.mail.hosted import receive_hosted
from shared.vendor.gathering import Gathered
from shared.vendor.handshakes import NoHandshake
from shared.vendor.payloads import read_object

_TRIAL = "Successfully validated SNS topic for Amazon SES event publishing."


class SesReceives(NoHandshake):
    """The way in of an SES identity; one mail or one event a request."""

    access: Literal["signed", "api_key", "public"] = "signed"
    body_limit = 1024 * 1024
    heavy = True

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Return only if a topic of ours is named, and AWS's certificate signed what it says."""
        try:
            told = read_object(delivery.body)
        except DeliveryMalformed:
            raise DeliveryForged("the body is no message of SNS's") from None
        believed(told, account.settings.topic_arns)
        verify(told, certificate=delivery.envelope.get(CERTIFICATE, ""), now=delivery.received_at)

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read the mail or the event; a subscription that was ended is told, for nothing comes in from then on."""
        if is_mail(delivery):
            return _mail(delivery.body, delivery.envelope, delivery, account)
        told = read_object(delivery.body)
        kind = told.get("Type")
        if kind == "SubscriptionConfirmation":
            return Parsed(ignored=1)
        if kind == "UnsubscribeConfirmation":
            detail = "somebody ended the subscription of the topic: nothing comes in until it is made again"
            return Parsed(unreadable=(Unreadable(cause="unsubscribed", detail=detail),))
        notice = notice_in(told)
        if notice is None:
            if told.get("Message") == _TRIAL:
                return Parsed(ignored=1)
            raise DeliveryMalformed("the message is no notice of SES's", cause="no_notice")
        return _read(notice, delivery, account)


def _read(notice: dict[str, Any], delivery: Delivery, account: Account) -> Parsed:
    if not is_received(notice):
        gathered = Gathered()
        gathered.take(receipt_of(notice, sender=account.settings.sender, received_at=delivery.received_at))
        return gathered.parsed()
    raw = content_of(notice)
    if raw is None:
        detail = "the notice holds no mail: the rule's action must be SNS, or S3 with the bucket of this account"
        raise DeliveryMalformed(detail, cause="no_mail")
    return _mail(raw, envelope_of(notice), delivery, account)


def _mail(raw: bytes, envelope: Mapping[str, str], delivery: Delivery, account: Account) -> Parsed:
    parsed = receive_hosted(
        raw,
        delivery,
        account,
        mail_from=envelope.get("mail_from"),
        rcpt_to=envelope.get("rcpt_to", "").split("\n"),
        dmarc=cast(DmarcResult, envelope.get("dmarc", "none")),
    )
    notes = tuple(filter(None, envelope.get("notes", "").split("\n")))
    return replace(parsed, messages=tuple(replace(m, notes=(*m.notes, *notes)) for m in parsed.messages))
