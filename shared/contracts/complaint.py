"""The complaint as a client writes it: the body of `POST /v1/complaints` and of a `webhook` delivery."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Annotated

import msgspec
from msgspec import Meta

from shared.contracts.json_fields import mend, repeated_field

TEXT_LIMIT = 100_000
FILE_LIMIT = 10
BYTES_LIMIT = 25 * 1024 * 1024
AHEAD = timedelta(minutes=5)
EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)

_EMAIL = re.compile(r"[^\s@<>,;:\"\x00-\x1f\x7f]{1,64}@[^\s@<>,;:\"\x00-\x1f\x7f]{1,255}")

Short = Annotated[str, Meta(max_length=200)]
Line = Annotated[str, Meta(max_length=1_000)]


class WrittenContact(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """Who complains, as far as the client knows; `internal` marks our own staff."""

    name: Short | None = None
    email: Annotated[str, Meta(max_length=320)] | None = None
    phone: Annotated[str, Meta(max_length=64)] | None = None
    handle: Short | None = None
    customer_id: Short | None = None
    internal: bool = False


class WrittenAttachment(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """A file, its bytes in base64."""

    name: Annotated[str, Meta(min_length=1, max_length=255)]
    content_base64: bytes
    media_type: Annotated[str, Meta(max_length=127, pattern=r"^[\w.+-]+/[\w.+-]+(\s*;.*)?$")] = (
        "application/octet-stream"
    )


class InReplyTo(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """The complaint that this one goes on with: its reference and the status token that came with it."""

    reference: Annotated[str, Meta(pattern=r"^[A-Za-z0-9]{9}$")]
    token: Annotated[str, Meta(min_length=1, max_length=64)]


class WrittenComplaint(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True, omit_defaults=True):
    """A complaint in a client's words; `text` alone is required.

    `channel` is the way the customer really came ("phone", "counter"), `received_at` when. `idempotency_key` stands
    in for the header on the lines of a batch. `metadata` is kept and shown, never interpreted.
    """

    text: Annotated[str, Meta(max_length=TEXT_LIMIT)]
    subject: Line | None = None
    channel: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_-]{0,31}$")] | None = None
    received_at: Annotated[datetime, Meta(tz=True)] | None = None
    language: Annotated[str, Meta(max_length=35, pattern=r"^[A-Za-z]{2,3}([-_][A-Za-z0-9]{2,8})*$")] | None = None
    contact: WrittenContact | None = None
    segment: Annotated[str, Meta(pattern=r"^[a-z][a-z0-9_]{0,31}$")] | None = None
    order_reference: Short | None = None
    outcome_sought: Line | None = None
    in_reply_to: InReplyTo | None = None
    attachments: Annotated[tuple[WrittenAttachment, ...], Meta(max_length=FILE_LIMIT)] | None = None
    metadata: Annotated[dict[Short, Line], Meta(max_length=50)] | None = None
    idempotency_key: Annotated[str, Meta(min_length=1, max_length=255)] | None = None


class NotJson(ValueError):
    """The bytes are no JSON document in UTF-8."""


class ComplaintRefused(ValueError):
    """It is JSON, and not a complaint: `errors` are (JSON pointer, what to mend)."""

    def __init__(self, *errors: tuple[str, str]) -> None:
        super().__init__("; ".join(f"{pointer}: {detail}" for pointer, detail in errors))
        self.errors = errors


_DECODER = msgspec.json.Decoder(WrittenComplaint)


def read_complaint(raw: bytes, *, now: datetime) -> WrittenComplaint:
    """Return the complaint that `raw` holds; `NotJson` or `ComplaintRefused` say in words what to mend."""
    complaint = _decode(raw)
    errors = [*_repeated(raw), *_wrong(complaint, now=now)]
    if errors:
        raise ComplaintRefused(*errors)
    return complaint


def _decode(raw: bytes) -> WrittenComplaint:
    try:
        return _DECODER.decode(raw)
    except msgspec.ValidationError as error:
        raise ComplaintRefused(mend(str(error), known=WrittenComplaint.__struct_fields__)) from None
    except UnicodeDecodeError:
        raise NotJson("the body is not UTF-8") from None
    except RecursionError:
        raise NotJson("the body is nested too deeply") from None
    except msgspec.DecodeError:
        raise NotJson("the body is not a JSON document (or holds half of a surrogate pair)") from None


def _repeated(raw: bytes) -> list[tuple[str, str]]:
    """A field written twice is refused: which of the two was meant, only the client knows."""
    if repeated_field(raw):
        return [("", "a field stands twice in one object; which one is meant?")]
    return []


def _wrong(complaint: WrittenComplaint, *, now: datetime) -> list[tuple[str, str]]:
    errors = []
    if not complaint.text.strip(" \t\r\n\x00") or complaint.text.isspace():
        errors.append(("/text", f"say in 1 to {TEXT_LIMIT} characters what is wrong"))
    if complaint.received_at is not None:
        errors += wrong_instant(complaint.received_at, now=now)
    if complaint.contact is not None and complaint.contact.email and not is_email(complaint.contact.email):
        errors.append(("/contact/email", "this is no e-mail address"))
    if complaint.attachments and sum(len(a.content_base64) for a in complaint.attachments) > BYTES_LIMIT:
        errors.append(("/attachments", f"at most {BYTES_LIMIT // 1024**2} MiB in all"))
    return errors


def wrong_instant(instant: datetime, *, now: datetime) -> list[tuple[str, str]]:
    """Return what is wrong with the instant at which a complaint is said to have come in, if anything."""
    if instant > now + AHEAD:
        return [("/received_at", "this instant is still to come; is the time zone right?")]
    if instant < EARLIEST:
        return [("/received_at", "this instant lies before 1990; is the year right?")]
    return []


def is_email(address: str) -> bool:
    """Tell whether a mail could be addressed so: one @ between two parts without white space or list signs."""
    return _EMAIL.fullmatch(address.strip()) is not None
