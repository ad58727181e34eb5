"""Complaints as systems post them: distinct, of one length, in five languages."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from itertools import count

import msgspec

from tests.unit.router.corpus import COMPLAINTS

BYTES = 1024
TEXT_BYTES = 320
"""About what customers write on a web form; the rest of the body is what shops send along."""

_SENT_ALONG = {
    "shop": "outlet-milano-2", "carrier": "Espresso Nazionale", "tracking": "EN-2271-88412-IT", "cart": "3 articles",
    "paid_with": "card ending in 4417", "agent": "Mozilla/5.0 (X11; Linux x86_64) Gecko/20100101 Firefox/128.0",
}  # fmt: skip


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """A body with the id it is posted under."""

    webhook_id: str
    body: bytes


def bodies(number: int, *, size: int = BYTES) -> list[Posted]:
    """Return complaints whose JSON is exactly `size` bytes, each from another customer."""
    run = secrets.token_hex(6)
    texts = texts_of(TEXT_BYTES)
    return [_posted(f"{run}-{n}", next(texts), size) for n in range(number)]


def _posted(webhook_id: str, text: str, size: int) -> Posted:
    contact = {"handle": webhook_id, "name": "Anna Bianchi", "email": f"anna.{webhook_id}@example.test"}
    metadata = {**_SENT_ALONG, "page": ""}
    complaint = {"text": text, "contact": contact, "order_reference": f"O-{webhook_id}", "metadata": metadata}
    metadata["page"] = "/" * (size - len(msgspec.json.encode(complaint)))
    body = msgspec.json.encode(complaint)
    assert len(body) == size, len(body)
    return Posted(webhook_id=webhook_id, body=body)


def texts_of(size: int) -> Iterator[str]:
    """Yield texts of at most `size` bytes, each made of complaints in one language, in ever other orders."""
    by_language: dict[str, list[str]] = {}
    for language, _, _, text in COMPLAINTS:
        by_language.setdefault(language, []).append(text.replace('"', "'").replace("\\", "/"))
    languages = list(by_language)
    for number in count():
        texts = by_language[languages[number % len(languages)]]
        at, told = number // len(languages) * 7, ""
        while len(told.encode()) < size:
            told += texts[at % len(texts)] + " "
            at += 1
        yield told.encode()[:size].decode(errors="ignore")
