"""Text from outside, made fit for storage."""

from __future__ import annotations

from typing import Final

STORABLE: Final = r"^[^\x00]*$"
"""What an address or a body has to match to be looked up: text without NUL, which no database takes."""

_REPLACEMENT = "�"


def storable(text: str) -> str:
    """Return the text with NUL and lone surrogates replaced: neither PostgreSQL nor UTF-8 can hold them."""
    if "\x00" in text:
        text = text.replace("\x00", _REPLACEMENT)
    elif text.isascii():
        return text
    try:
        text.encode()
    except UnicodeEncodeError:
        return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
    return text
