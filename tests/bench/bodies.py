"""Complaints as systems post them: distinct, of one length, in five languages."""

from __future__ import annotations

import secrets
from collections.abc import Iterator
from itertools import count, islice

import msgspec

from tests.unit.router.corpus import COMPLAINTS

BYTES = 1024


class Posted(msgspec.Struct, frozen=True, kw_only=True):
    """A body with the id it is posted under."""

    webhook_id: str
    body: bytes


def bodies(number: int, *, size: int = BYTES) -> list[Posted]:
    """Return complaints whose JSON is exactly `size` bytes, each from another customer."""
    run = secrets.token_hex(6)
    texts = _texts(size)
    return [_posted(f"{run}-{n}", next(texts), size) for n in range(number)]


def _posted(webhook_id: str, text: str, size: int) -> Posted:
    complaint = {"text": text, "contact": {"handle": webhook_id}, "order_reference": webhook_id}
    spare = size - len(msgspec.json.encode(complaint))
    if spare < 0:
        cut = text.encode()[:spare].decode(errors="ignore")
        complaint["text"], spare = cut, size - len(msgspec.json.encode(complaint | {"text": cut}))
    complaint["text"] = f"{complaint['text']}{'.' * spare}"
    body = msgspec.json.encode(complaint)
    assert len(body) == size, len(body)
    return Posted(webhook_id=webhook_id, body=body)


def _texts(size: int) -> Iterator[str]:
    """Yield texts of more than `size` bytes, each made of complaints in one language, and differing in their order."""
    by_language: dict[str, list[str]] = {}
    for language, _, _, text in COMPLAINTS:
        by_language.setdefault(language, []).append(text.replace('"', "'").replace("\\", "/"))
    for number in count():
        texts = by_language[list(by_language)[number % len(by_language)]]
        start, told = number // len(by_language) % len(texts), ""
        while len(told.encode()) <= size:
            told += " ".join(islice((*texts[start:], *texts[:start]), 4)) + " "
            start = (start + 4) % len(texts)
        yield told
