"""A posted form becomes a message, or tells the customer what is missing."""

from __future__ import annotations

import hashlib
import re
from typing import Literal

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryIgnored, DeliveryInvalid
from shared.channel.inbound import InboundMessage, Parsed
from shared.channels.web_form.bodies import FormUnreadable, PostedForm, read_form
from shared.channels.web_form.files import attachments, wrong_files
from shared.contracts.complaint import TEXT_LIMIT, WrittenContact, is_email
from shared.contracts.parts import Sender
from shared.vendor.handshakes import NoHandshake
from shared.written.reading import mail_address

HONEYPOT = "website"
LIMITS = {"name": 200, "email": 320, "phone": 64, "order_reference": 200, "outcome_sought": 1_000}

_SUBMISSION = re.compile(r"[A-Za-z0-9_-]{16,64}")
_PHONE = re.compile(r"[0-9+()./ -]*")


class WebFormReceives(NoHandshake):
    """The way in of a form. Anybody may post; what they say of themselves is a claim."""

    access: Literal["signed", "api_key", "public"] = "public"
    body_limit = 28 * 1024 * 1024
    heavy = True

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Return: a form proves nothing."""

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read the form; `DeliveryInvalid` names each field to mend, `DeliveryIgnored` is a robot's."""
        try:
            form = read_form(delivery)
        except FormUnreadable as error:
            raise DeliveryInvalid((("", str(error)),)) from None
        if form.values.get(HONEYPOT, "").strip():
            raise DeliveryIgnored("the field that people do not see is filled in")
        values = {name: form.values.get(name, "").strip() for name in ("text", "language", *LIMITS)}
        if errors := (*_wrong(values), *wrong_files(form.files)):
            raise DeliveryInvalid(errors)
        return Parsed(messages=(_message(form, values, delivery, account),))


def _wrong(values: dict[str, str]) -> list[tuple[str, str]]:
    errors = []
    if not values["text"].strip("\x00 \r\n\t") or len(values["text"]) > TEXT_LIMIT:
        errors.append(("/text", f"say in 1 to {TEXT_LIMIT} characters what is wrong"))
    if values["email"] and not is_email(values["email"]):
        errors.append(("/email", "this is no e-mail address"))
    if not _PHONE.fullmatch(values["phone"]):
        errors.append(("/phone", "this is no telephone number"))
    too_long = [name for name, limit in LIMITS.items() if len(values[name]) > limit]
    return errors + [(f"/{name}", f"at most {LIMITS[name]} characters") for name in too_long]


def _message(form: PostedForm, values: dict[str, str], delivery: Delivery, account: Account) -> InboundMessage:
    submission = _submission(form, values, delivery)
    given = {name: values[name] or None for name in LIMITS}
    contact = WrittenContact(email=given["email"])
    return InboundMessage(
        provider_message_id=submission,
        conversation=submission,
        sender=Sender(name=given["name"], email=given["email"], phone=given["phone"]),
        text=values["text"],
        reply=mail_address(contact, account=account.account, channel=account.channel),
        attachments=attachments(form.files),
        language=values["language"] if values["language"] in account.settings.languages else None,
        order_reference=given["order_reference"],
        outcome_sought=given["outcome_sought"],
    )


def _submission(form: PostedForm, values: dict[str, str], delivery: Delivery) -> str:
    """Name the submission: the page's nonce with what was said.

    A double click is then one complaint, while going back, writing something else and sending again is two. Without
    a nonce (no browser of ours) each post stands for itself: two people may well write the same words.
    """
    nonce = form.values.get("submission", "")
    if not _SUBMISSION.fullmatch(nonce):
        nonce = delivery.received_at.isoformat()
    said = [piece.encode("utf-8", "surrogatepass") for pair in sorted(values.items()) for piece in pair]
    said += [piece for file in form.files for piece in (file.name.encode("utf-8", "surrogatepass"), file.content)]
    digest = hashlib.sha256()
    for piece in said:
        digest.update(len(piece).to_bytes(8, "big") + hashlib.sha256(piece).digest())
    return f"{nonce}.{digest.hexdigest()[:24]}"
