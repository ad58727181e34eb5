"""Reading a vendor's JSON so that one bad item leaves its neighbours alone."""

from __future__ import annotations

import re
from datetime import UTC, datetime, timedelta
from typing import Any

import msgspec

from shared.channel.errors import DeliveryMalformed

_SURROGATES = re.compile(
    rb"\\\\|\\u[dD][89abAB][0-9a-fA-F]{2}\\u[dD][c-fC-F][0-9a-fA-F]{2}|(\\u[dD][89a-fA-F][0-9a-fA-F]{2})"
)  # an escaped backslash, a whole pair, or (1) a half
_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)
_AHEAD = timedelta(days=1)


def read_object(body: bytes) -> dict[str, Any]:
    """Return the JSON object in a body; `DeliveryMalformed` otherwise.

    Halves of surrogate pairs, which a customer's phone may cut, become the replacement character.
    """
    decoded = read_json(body)
    if not isinstance(decoded, dict):
        raise DeliveryMalformed("the body is JSON, and not an object", cause="not_an_object")
    return decoded


def read_list(body: bytes) -> list[Any]:
    """Return the JSON list in a body, read in the same way."""
    decoded = read_json(body)
    if not isinstance(decoded, list):
        raise DeliveryMalformed("the body is JSON, and not a list", cause="not_a_list")
    return decoded


def read_json(body: bytes) -> object:
    """Return whatever JSON a body holds, read in the same way."""
    try:
        return _decode(body)
    except UnicodeDecodeError:
        raise DeliveryMalformed("the body is not UTF-8", cause="not_utf8") from None
    except RecursionError:
        raise DeliveryMalformed("the body is nested too deeply", cause="too_deep") from None
    except ValueError:
        raise DeliveryMalformed("the body is not a whole JSON document", cause="not_json") from None


def _decode(body: bytes) -> object:
    try:
        return msgspec.json.decode(body)
    except msgspec.DecodeError:
        mended = _SURROGATES.sub(lambda found: b"\\ufffd" if found[1] else found[0], body)
        if mended == body:
            raise
        return msgspec.json.decode(mended)


def instant(seconds: object, *, received_at: datetime) -> datetime | None:
    """Return the instant of Unix seconds, number or text; nothing if it cannot be one that a message was sent at."""
    text = str(seconds)
    if isinstance(seconds, bool) or not text.isascii() or not text.isdigit() or len(text) > 12:
        return None
    at = datetime.fromtimestamp(int(text), UTC) if int(text) < 253_402_300_800 else None
    return at if at is not None and _EARLIEST <= at <= received_at + _AHEAD else None


def moment(written: object, *, received_at: datetime) -> datetime | None:
    """Return the instant of Unix milliseconds or seconds, number or text, or of an ISO 8601 text; nothing of nonsense.

    Milliseconds are kept: they order the messages of one second.
    """
    text = text_of(written) or ""
    if text.isascii() and text.isdigit():
        seconds, rest = (text[:-3], int(text[-3:])) if len(text) > 11 else (text, 0)
        at = instant(seconds, received_at=received_at)
        return at + timedelta(milliseconds=rest) if at else None
    try:
        aware = datetime.fromisoformat(text)
    except ValueError:
        return None
    return instant(int(aware.timestamp()), received_at=received_at) if aware.tzinfo else None


def text_of(value: object) -> str | None:
    """Return a vendor's id or words: text as it is, a whole number written out, nothing for anything else."""
    if isinstance(value, str):
        return value or None
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return None
