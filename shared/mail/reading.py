"""Reads a mail: any bytes in, a `ParsedMail` or a `MailUnreadable` out, in time that grows with the size only."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from shared.mail import limits
from shared.mail.addresses import Address, addresses
from shared.mail.attachments import read_attachments
from shared.mail.automatic import is_robot_address
from shared.mail.bodies import read_body
from shared.mail.bounces import read_bounces
from shared.mail.headers import Headers
from shared.mail.identity import identity
from shared.mail.parsed import MailUnreadable, ParsedMail
from shared.mail.parts import Tree, read_tree
from shared.mail.reply_stripping import strip_reply
from shared.mail.threads import earlier_messages

_RECIPIENT_FIELDS = ("to", "cc", "delivered-to", "x-original-to", "envelope-to")
_SIGNS_OF_MAIL = frozenset(
    (
        *("from", "to", "cc", "subject", "date", "message-id", "received", "return-path", "delivered-to", "sender"),
        *("reply-to", "mime-version", "content-type", "resent-from", "x-mailer"),
    )
)
"""JSON has colons too: bytes without any of these fields are no mail."""
_EARLIEST, _LATEST = 1990, 2199


def parse_mail(raw: bytes) -> ParsedMail:
    """Read a mail as far as the limits allow; `MailUnreadable` only for what is no mail at all."""
    raw = _normalised(raw)
    tree = read_tree(raw)
    headers = tree.root.headers
    if _SIGNS_OF_MAIL.isdisjoint(headers.fields):
        raise MailUnreadable("no_headers", "the bytes begin with no header field that mail has")
    try:
        return _read(raw, headers, tree)
    except RecursionError as error:  # the limits should not let it come to this
        raise MailUnreadable("too_nested", "the mail is nested deeper than can be read") from error


def _normalised(raw: bytes) -> bytes:
    if not raw.strip():
        raise MailUnreadable("empty", "the mail has no bytes")
    raw = raw.lstrip(b"\r\n")
    # Lines of old Macintosh mailers end with a bare carriage return.
    return raw if b"\n" in raw else raw.replace(b"\r", b"\n")


def _read(raw: bytes, headers: Headers, tree: Tree) -> ParsedMail:
    name, message_id = identity(raw, headers, body_start=tree.root.start)
    body = read_body(tree.root)
    html = body.html_document()
    files, notes = read_attachments(body.files, html=html)
    recipients, cut = addresses(headers, *_RECIPIENT_FIELDS)
    sender, answer_to = _people(headers)
    return ParsedMail(
        identity=name,
        message_id=message_id,
        sender=sender,
        answer_to=answer_to,
        recipients=tuple(dict.fromkeys(address.email for address in recipients)),
        subject=(headers.text("subject") or "")[: limits.SUBJECT_CHARACTERS] or None,
        sent_at=_date(headers),
        text=body.text,
        stripped=strip_reply(body.text),
        html=html,
        attachments=files,
        earlier=earlier_messages(headers),
        bounces=read_bounces(tree.root),
        notes=tuple(dict.fromkeys((*tree.notes, *body.notes, *notes, *(["too_many_recipients"] if cut else [])))),
        root=tree.root,
    )


def _people(headers: Headers) -> tuple[Address | None, Address | None]:
    """Return who wrote and whom to answer: a form mailer writes from noreply@ and names the customer in Reply-To."""
    sender = _first(headers, "from") or _first(headers, "sender") or _first(headers, "return-path")
    reply_to = _first(headers, "reply-to")
    if sender and reply_to and is_robot_address(sender.email) and not is_robot_address(reply_to.email):
        sender = reply_to
    return sender or reply_to, reply_to or sender


def _first(headers: Headers, name: str) -> Address | None:
    found, _ = addresses(headers, name)
    return found[0] if found else None


def _date(headers: Headers) -> datetime | None:
    written = headers.ascii("date")[:100]
    if not written:
        return None
    try:
        instant = parsedate_to_datetime(written)
        instant = instant.astimezone(UTC) if instant.tzinfo else instant.replace(tzinfo=UTC)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return instant if _EARLIEST <= instant.year <= _LATEST else None
