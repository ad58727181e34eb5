"""What SES tells of a mail that came in. Source: docs.aws.amazon.com/ses, "Contents of notifications for receiving"."""

from __future__ import annotations

import base64
import json
from collections.abc import Mapping
from typing import Any

from shared.channel.delivery import Delivery
from shared.mail.authentication import DmarcResult
from shared.vendor.payloads import text_of

_WHOLE = "mail"
_VERDICTS: dict[object, DmarcResult] = {"PASS": "pass", "FAIL": "fail"}


def notice_in(told: Mapping[str, Any]) -> dict[str, Any] | None:
    """Return the notice inside a message of SNS's; nothing where there is none.

    A mail in it may hold characters that JSON wants escaped: the lenient reader takes them as they are.
    """
    message = told.get("Message")
    try:
        decoded = json.loads(message, strict=False) if isinstance(message, str) else None
    except (ValueError, RecursionError):
        return None
    return decoded if isinstance(decoded, dict) else None


def is_received(notice: Mapping[str, Any]) -> bool:
    """Tell whether it speaks of a mail that came in, and not of one of ours."""
    return notice.get("notificationType") == "Received"


def content_of(notice: Mapping[str, Any]) -> bytes | None:
    """Return the mail, where the notice holds it."""
    content = notice.get("content")
    if not isinstance(content, str) or not content.strip():
        return None
    if str(_part(notice, "receipt", "action").get("encoding")).upper() != "BASE64":
        return content.encode("utf-8", "replace")
    try:
        return base64.b64decode(content)
    except ValueError:
        return None


def stored_at(notice: Mapping[str, Any], *, bucket: str | None) -> str | None:
    """Return the name under which SES put the mail into our bucket."""
    action = _part(notice, "receipt", "action")
    if not is_received(notice) or action.get("type") != "S3" or bucket is None or action.get("bucketName") != bucket:
        return None
    return text_of(action.get("objectKey"))


def envelope_of(notice: Mapping[str, Any]) -> dict[str, str]:
    """Return what SES knows beside the mail, in the words that a delivery has for it."""
    receipt = _part(notice, "receipt")
    recipients = receipt.get("recipients")
    named = [r for r in recipients if isinstance(r, str)] if isinstance(recipients, list) else []
    envelope = {"is": _WHOLE, "rcpt_to": "\n".join(named)}
    source = _part(notice, "mail").get("source")
    if isinstance(source, str):
        envelope["mail_from"] = source
    envelope["dmarc"] = _VERDICTS.get(_verdict(receipt, "dmarcVerdict"), "none")
    notes = [code for name, code in _DOUBTS if _verdict(receipt, name) == "FAIL"]
    return envelope | ({"notes": "\n".join(notes)} if notes else {})


_DOUBTS = (("spamVerdict", "spam_verdict_failed"), ("virusVerdict", "virus_verdict_failed"))


def is_mail(delivery: Delivery) -> bool:
    """Tell whether the delivery is the mail itself, because it was fetched already."""
    return delivery.envelope.get("is") == _WHOLE


def _verdict(receipt: Mapping[str, Any], name: str) -> object:
    status = _part(receipt, name).get("status")
    return status.upper() if isinstance(status, str) else None


def _part(value: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    for name in names:
        inner = value.get(name)
        value = inner if isinstance(inner, dict) else {}
    return value
