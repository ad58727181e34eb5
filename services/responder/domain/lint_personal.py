"""Personal data in a text: what must not stand where everybody can read it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from shared.ids import REFERENCE_ALPHABET, REFERENCE_LENGTH

_KINDS: Final = (
    ("an e-mail address", re.compile(r"[\w.+-]+@[\w-]+\.[\w.-]+")),
    ("an account number", re.compile(r"\b[A-Z]{2}\d{2}(?: ?[A-Z0-9]{4}){3,7}(?: ?[A-Z0-9]{1,4})?\b")),
    ("a tax code", re.compile(r"\b[A-Z]{6}\d{2}[A-Z]\d{2}[A-Z]\d{3}[A-Z]\b", re.IGNORECASE)),
    ("a card or phone number", re.compile(r"(?<![\w-])\+?\d(?:[ ./()-]?\d){7,18}(?![\w-])")),
)
_REFERENCE: Final = re.compile(rf"\b[{REFERENCE_ALPHABET}]{{{REFERENCE_LENGTH}}}\b")
_SHORTEST_NAME: Final = 3


def personal_data(text: str, *, known: Sequence[str]) -> Iterator[str]:
    """Yield each kind of personal data in a text that everybody can read; `known` is what we know of the customer."""
    for kind, pattern in _KINDS:
        if pattern.search(text):
            yield kind
    if any(_names(text, one) for one in known):
        yield "a name, handle or number of the customer"


def strange_references(text: str) -> list[str]:
    """Return the references in a text from which the complaint's own has been taken out."""
    return _REFERENCE.findall(text)


def _names(text: str, known: str) -> bool:
    parts = [part for part in re.split(r"\s+", known) if len(part) >= _SHORTEST_NAME]
    return any(re.search(rf"(?<!\w){re.escape(part)}(?!\w)", text, re.IGNORECASE) for part in parts)
