"""Turns what a channel read into what the event says: ids, clean text, verified tokens."""

from __future__ import annotations

import contextlib
import re
from datetime import datetime, timedelta
from operator import attrgetter

import msgspec

from services.ingest.domain.parcel import Filing, filing_of
from shared import ids
from shared.channel.inbound import InboundChange, InboundMessage
from shared.contracts.parts import Attachment, BlobRef, ReplyAddress, Sender
from shared.contracts.received import JoinHints, MessageReceived
from shared.reply_token import Tokens
from shared.text import storable

INLINE_TEXT_BYTES = 256 * 1024
"""Longer texts travel through the blob store: brokers refuse messages of over 1 MiB uncompressed."""

_MOST_QUOTED = 5
_RUNS = re.compile(rf"[A-Z0-9]{{{ids.REFERENCE_LENGTH},}}")
_RUN = b"X" * ids.REFERENCE_LENGTH
_IN_RUNS = bytes(ord("X" if re.match("[A-Z0-9]", chr(byte)) else " ") for byte in range(256))
_REFERENCE_LETTERS = frozenset(ids.REFERENCE_ALPHABET)
_WORDS_OF_SENDER = ("name", "email", "phone", "handle", "customer_id")
_words_of = attrgetter(*_WORDS_OF_SENDER)
_NUL = rb"\u0000"
_EARLIEST = timedelta(days=365 * 30)
_AHEAD = timedelta(minutes=5)


def quoted_references(*texts: str | None) -> tuple[str, ...]:
    """Return what looks like references of ours in the texts, each once, at most five."""
    runs = [run for text in texts if text and _has_run(text) for run in _RUNS.findall(text)]
    return tuple(dict.fromkeys(filter(_is_reference, runs)))[:_MOST_QUOTED] if runs else ()


def _has_run(text: str) -> bool:
    # Most texts quote nothing, and this says so for a tenth of what the pattern costs.
    return _RUN in text.encode("utf-8", "replace").translate(_IN_RUNS)


def _is_reference(run: str) -> bool:
    return len(run) == ids.REFERENCE_LENGTH and _REFERENCE_LETTERS.issuperset(run)


def believable(sent_at: datetime | None, *, received_at: datetime) -> datetime | None:
    """Return the vendor's time unless it lies in the future or decades back."""
    if sent_at is None or sent_at.tzinfo is None:
        return None
    return sent_at if received_at - _EARLIEST < sent_at < received_at + _AHEAD else None


def file_message(
    message: InboundMessage,
    *,
    account: str,
    channel: str,
    scope: str,
    received_at: datetime,
    attachments: tuple[Attachment, ...],
    whole: BlobRef | None,
    tokens: Tokens,
) -> Filing:
    """Return the filing of one message; `scope` is the account, or for REST the client, within which ids are unique."""
    around = (account, channel, scope, received_at, attachments, whole, tokens)
    with contextlib.suppress(UnicodeEncodeError):
        filing = _filed(message, *around)
        if _NUL not in filing.body:
            return filing
    # Hardly any message holds a NUL or half a character: looking once at what was written costs a tenth of cleaning.
    return _filed(_cleaned(message), *around)


def _filed(
    message: InboundMessage,
    account: str,
    channel: str,
    scope: str,
    received_at: datetime,
    attachments: tuple[Attachment, ...],
    whole: BlobRef | None,
    tokens: Tokens,
) -> Filing:
    message_id = ids.message_id(account=scope, provider_message_id=message.provider_message_id)
    complaint_id = ids.complaint_id(message_id)
    text, full_text, sender = message.text, message.full_text, message.sender
    event = MessageReceived(
        message_id=message_id,
        complaint_id=complaint_id,
        reference=ids.reference(complaint_id),
        account=account,
        channel=message.channel_label or channel,
        conversation=message.conversation,
        threaded=message.threaded,
        provider_message_id=message.provider_message_id,
        received_at=received_at,
        sent_at=believable(message.sent_at, received_at=received_at),
        sender=_clean(sender) if "" in _words_of(sender) else sender,
        reply=message.reply,
        subject=message.subject or None,
        text=_cut(text) if whole else text,
        full_text=_cut(full_text) if whole and full_text else full_text,
        whole=whole,
        attachments=attachments,
        automatic=message.automatic or None,
        public=message.public,
        joins=_joins(message, account=account, tokens=tokens),
        language=message.language or None,
        segment=message.segment,
        order_reference=message.order_reference or None,
        outcome_sought=message.outcome_sought or None,
        metadata=message.metadata,
        notes=message.notes,
    )
    return filing_of(event, key=f"{account}:{event.conversation}")


def _cleaned(message: InboundMessage) -> InboundMessage:
    joins = message.joins
    return msgspec.structs.replace(
        message,
        provider_message_id=storable(message.provider_message_id),
        channel_label=_kept(message.channel_label),
        conversation=storable(message.conversation),
        sender=_clean(message.sender),
        reply=_threaded(message.reply),
        subject=_kept(message.subject),
        text=storable(message.text),
        full_text=storable(message.full_text) if message.full_text is not None else None,
        automatic=_kept(message.automatic),
        joins=msgspec.structs.replace(joins, references=tuple(map(storable, joins.references))),
        language=_kept(message.language),
        segment=storable(message.segment),
        order_reference=_kept(message.order_reference),
        outcome_sought=_kept(message.outcome_sought),
        metadata={storable(k): storable(v) for k, v in message.metadata.items()},
        notes=tuple(map(storable, message.notes)),
    )


def file_change(change: InboundChange, *, account: str, channel: str, scope: str, received_at: datetime) -> Filing:
    """Return the filing of an edit or a removal."""
    provider_id = storable(change.provider_message_id)
    message_id = ids.message_id(account=scope, provider_message_id=f"{change.kind}:{provider_id}")
    complaint_id = ids.complaint_id(message_id)
    event = MessageReceived(
        message_id=message_id,
        complaint_id=complaint_id,
        reference=ids.reference(complaint_id),
        kind=change.kind,
        account=account,
        channel=channel,
        conversation=storable(change.conversation),
        threaded=True,
        provider_message_id=provider_id,
        edits=storable(change.target),
        received_at=received_at,
        sent_at=believable(change.sent_at, received_at=received_at),
        sender=_clean(change.sender),
        text=storable(change.text),
    )
    return filing_of(event, key=f"{account}:{event.conversation}")


def with_request(filing: Filing, *, sha256: bytes) -> Filing:
    """Return the filing with the digest by which a reused Idempotency-Key is told from a retry."""
    return msgspec.structs.replace(filing, request_sha256=sha256)


def _joins(message: InboundMessage, *, account: str, tokens: Tokens) -> JoinHints:
    hints = message.joins
    proven = tokens.proven_reference(message.token, account=account) if message.token else None
    quoted = hints.quoted or quoted_references(message.subject, message.text)
    if not (proven or quoted):
        return hints
    return msgspec.structs.replace(hints, token_reference=proven or hints.token_reference, quoted=quoted)


def _clean(sender: Sender) -> Sender:
    mended = {f: kept for f in _WORDS_OF_SENDER if (kept := _kept(given := getattr(sender, f))) is not given}
    return msgspec.structs.replace(sender, **mended) if mended else sender


def _threaded(reply: ReplyAddress | None) -> ReplyAddress | None:
    if reply is None:
        return None
    thread = {storable(name): storable(value) for name, value in reply.thread.items()}
    return msgspec.structs.replace(reply, to=storable(reply.to), thread=thread)


def _kept(text: str | None) -> str | None:
    return storable(text) if text else None


def _cut(text: str) -> str:
    return text.encode()[:INLINE_TEXT_BYTES].decode("utf-8", "ignore")
