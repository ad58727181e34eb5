"""What ties one mail to others: Message-IDs, reply tokens in addresses, references that people quote."""

from __future__ import annotations

import re
from collections.abc import Iterable

from shared.ids import REFERENCE_ALPHABET, REFERENCE_LENGTH
from shared.mail import limits
from shared.mail.headers import Headers

_MESSAGE_ID = re.compile(r"<[^<>\s]{1,500}>")
_BARE_MESSAGE_ID = re.compile(r"[^<>\s]{1,500}@[^<>\s]{1,250}")
_TOKEN = re.compile(r"\+([a-z0-9]{9}-[a-z2-7]{16})@", re.IGNORECASE)
_REFERENCE = re.compile(
    rf"(?<![A-Za-z0-9])[{REFERENCE_ALPHABET}{REFERENCE_ALPHABET.lower()}]{{{REFERENCE_LENGTH}}}(?![A-Za-z0-9])"
)
_QUOTED_REFERENCES = 20
_SEARCHED_CHARACTERS = 64 * 1024
_LOCAL_PART = 64


def message_ids(value: str) -> tuple[str, ...]:
    """Return the Message-IDs in a field, with their angle brackets, in order, without repeats."""
    found = _MESSAGE_ID.findall(value)
    if not found and (bare := _BARE_MESSAGE_ID.fullmatch(value.strip())):
        found = [f"<{bare[0]}>"]
    return tuple(dict.fromkeys(found))


def earlier_messages(headers: Headers) -> tuple[str, ...]:
    """Return what a mail answers: In-Reply-To, then References, last first, at most 50."""
    answered = message_ids(headers.ascii("in-reply-to"))
    thread = message_ids(headers.ascii("references"))
    return tuple(dict.fromkeys((*answered, *reversed(thread))))[: limits.MESSAGE_IDS]


def reply_token(recipients: Iterable[str]) -> str | None:
    """Return the first reply token that stands as a plus-address among the recipients, unverified."""
    for recipient in recipients:
        if found := _TOKEN.search(recipient):
            return found[1].lower()
    return None


def with_token(address: str, token: str | None) -> str | None:
    """Return the address with the token as its plus-part, or nothing when the local part would be over 64 octets."""
    if token is None:
        return address
    local, _, domain = address.rpartition("@")
    tagged = f"{local}+{token}"
    return f"{tagged}@{domain}" if len(tagged.encode()) <= _LOCAL_PART else None


def without_plus(address: str) -> str:
    """Return the address in lower case and without its plus-part."""
    local, _, domain = address.lower().rpartition("@")
    return f"{local.partition('+')[0]}@{domain}"


def quoted_references(*texts: str | None) -> tuple[str, ...]:
    """Return what may be references of complaints, in capitals, at most 20; whether they exist is for others to say.

    Written in small letters a candidate needs a digit: every word of nine letters would be one otherwise.
    """
    found: dict[str, None] = {}
    for text in texts:
        for candidate in _REFERENCE.findall((text or "")[:_SEARCHED_CHARACTERS]):
            if candidate.isupper() or any(c.isdigit() for c in candidate):
                found[candidate.upper()] = None
            if len(found) == _QUOTED_REFERENCES:
                return tuple(found)
    return tuple(found)
