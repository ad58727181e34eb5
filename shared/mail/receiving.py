"""From a delivery that holds a mail to the message it brings: the way in of every channel that takes mail."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryMalformed
from shared.channel.inbound import InboundAttachment, InboundMessage, Parsed, Receipt
from shared.contracts.parts import ReplyAddress, Sender
from shared.contracts.received import JoinHints
from shared.mail import limits
from shared.mail.authentication import DmarcResult, dmarc_result
from shared.mail.automatic import automatic_reason
from shared.mail.composing import is_our_message_id
from shared.mail.parsed import Bounce, MailAttachment, MailUnreadable, ParsedMail
from shared.mail.reading import parse_mail
from shared.mail.threads import message_ids, quoted_references, reply_token, without_plus

_REFERENCES_CHARACTERS = 2000


@dataclass(frozen=True, slots=True, kw_only=True)
class Mailbox:
    """What an account says about the mail that comes to it."""

    account: str
    channel: str
    addresses: tuple[str, ...]
    authserv_id: str | None = None
    own_lists: tuple[str, ...] = ()
    dmarc: DmarcResult | None = None
    """What the provider found, where it says so beside the mail; else the mail's own headers are asked."""


def receive_mail(delivery: Delivery, mailbox: Mailbox) -> Parsed:
    """Return the message of a mail, or the receipts of a bounce of ours; `DeliveryMalformed` for what is no mail."""
    try:
        mail = parse_mail(delivery.body)
    except MailUnreadable as unreadable:
        raise DeliveryMalformed(unreadable.detail, cause=unreadable.cause) from unreadable
    ours = [bounce for bounce in mail.bounces if is_our_message_id(bounce.message_id)]
    if ours:
        receipts = tuple(_receipt(bounce) for bounce in ours if bounce.state != "delayed")
        return Parsed(receipts=receipts, ignored=0 if receipts else 1)
    return Parsed(messages=(_message(mail, delivery, mailbox),))


def _message(mail: ParsedMail, delivery: Delivery, mailbox: Mailbox) -> InboundMessage:
    own = frozenset(without_plus(address) for address in mailbox.addresses)
    envelope_sender = delivery.envelope.get("mail_from")
    sender = mail.sender.email.lower() if mail.sender else None
    headers = mail.root.headers
    dmarc = mailbox.dmarc or dmarc_result(headers, authserv_id=mailbox.authserv_id, sender=sender)
    answer_to = mail.answer_to.email if mail.answer_to else None
    return InboundMessage(
        provider_message_id=mail.identity,
        conversation=sender or (envelope_sender or "").lower() or mail.identity,
        sender=Sender(
            name=mail.sender.name if mail.sender else None,
            email=sender,
            verified=("email",) if dmarc == "pass" else (),
        ),
        text=mail.stripped,
        full_text=mail.text if mail.text != mail.stripped else None,
        subject=mail.subject,
        sent_at=mail.sent_at,
        reply=_reply(mail, answer_to, mailbox),
        attachments=tuple(_attachment(file) for file in mail.attachments),
        token=reply_token((*_envelope_recipients(delivery), *mail.recipients)),
        joins=JoinHints(references=mail.earlier, quoted=quoted_references(mail.subject, mail.stripped)),
        automatic=automatic_reason(
            root=mail.root,
            answer_to=answer_to,
            envelope_sender=envelope_sender,
            own=own,
            own_lists=mailbox.own_lists,
        ),
        notes=tuple(_notes(mail, delivery, dmarc)),
    )


def _notes(mail: ParsedMail, delivery: Delivery, dmarc: str) -> Iterable[str]:
    yield from mail.notes
    if dmarc == "fail":
        yield "dmarc_failed"
    if "truncated" in delivery.envelope:
        yield "mail_cut"


def _reply(mail: ParsedMail, answer_to: str | None, mailbox: Mailbox) -> ReplyAddress | None:
    if answer_to is None:
        return None
    thread = {}
    if mail.message_id:
        thread["message_id"] = mail.message_id
        thread["references"] = references_for(mail)
    return ReplyAddress(account=mailbox.account, channel=mailbox.channel, to=answer_to, thread=thread)


def references_for(mail: ParsedMail) -> str:
    """Return the References of an answer: the first of the thread and the latest ones, ending with the mail itself."""
    thread = message_ids(mail.root.headers.ascii("references")) or message_ids(mail.root.headers.ascii("in-reply-to"))
    chain = [*thread[:1], *thread[1:][-limits.MESSAGE_IDS // 5 :], mail.message_id or ""]
    while len(chain) > 1 and sum(map(len, chain)) > _REFERENCES_CHARACTERS:
        chain.pop(0)
    return " ".join(dict.fromkeys(filter(None, chain)))


def _attachment(file: MailAttachment) -> InboundAttachment:
    return InboundAttachment(name=file.name, media_type=file.media_type, content=file.content, inline=file.inline)


def _envelope_recipients(delivery: Delivery) -> list[str]:
    return delivery.envelope.get("rcpt_to", "").split("\n")


def _receipt(bounce: Bounce) -> Receipt:
    return Receipt(
        provider_message_id=bounce.message_id,
        state="failed" if bounce.state == "failed" else "delivered",
        detail=bounce.status,
    )
