"""What SES tells of mails that we sent. Source: docs.aws.amazon.com/ses, "Contents of event data that SNS receives"."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from shared.channel.errors import DeliveryMalformed
from shared.channel.inbound import Receipt
from shared.mail.composing import is_our_message_id, our_message_id
from shared.mail.threads import message_ids
from shared.vendor.gathering import Item, unreadable
from shared.vendor.payloads import moment, text_of

MARK = "ascolto"
_FATES: dict[str, Literal["delivered", "failed"]] = {
    "Delivery": "delivered",
    "Bounce": "failed",
    "Reject": "failed",
    "Rendering Failure": "failed",
}
_WORD = re.compile(r"[A-Za-z]{1,40}")


def receipt_of(notice: dict[str, Any], *, sender: str, received_at: datetime) -> Item | None:
    """Return what became of a mail; nothing for what people did with it and for what passes."""
    kind = notice.get("eventType") or notice.get("notificationType")
    if not isinstance(kind, str):
        raise DeliveryMalformed("the message is no notice of SES's", cause="no_notice")
    bounce = notice.get("bounce")
    kinds = [text_of(bounce.get(n)) or "" for n in ("bounceType", "bounceSubType")] if isinstance(bounce, dict) else []
    # A passing bounce of no special kind is what out-of-office notes look like.
    if kind not in _FATES or kinds == ["Transient", "General"]:
        return None
    name = next(_names(notice, sender), None)
    if name is None:
        return unreadable("an event names no mail")
    about = notice.get("delivery" if kind == "Delivery" else "bounce")
    at = moment(about.get("timestamp"), received_at=received_at) if isinstance(about, dict) else None
    words = [word for word in (kind, *kinds) if _WORD.fullmatch(word)]
    detail = None if kind == "Delivery" else " ".join(["SES:", *words])
    return Receipt(provider_message_id=name, state=_FATES[kind], at=at, detail=detail)


def _names(notice: dict[str, Any], sender: str) -> Iterator[str]:
    """SES gives a mail a Message-ID of its own; ours travels as a tag, and last among the references."""
    mail = notice.get("mail")
    mail = mail if isinstance(mail, dict) else {}
    tags = mail.get("tags")
    tagged = tags.get(MARK) if isinstance(tags, dict) else None
    for tag in tagged if isinstance(tagged, list) else []:
        try:
            yield our_message_id(UUID(text_of(tag) or ""), sender=sender)
        except ValueError:
            continue
    headers = mail.get("headers")
    for header in headers if isinstance(headers, list) else []:
        if isinstance(header, dict) and str(header.get("name")).lower() == "references":
            yield from filter(is_our_message_id, reversed(message_ids(text_of(header.get("value")) or "")))
    if name := text_of(mail.get("messageId")):
        yield name
