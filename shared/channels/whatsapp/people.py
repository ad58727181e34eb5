"""Who wrote a WhatsApp message."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.contracts.parts import Sender
from shared.vendor.payloads import text_of


@dataclass(frozen=True, slots=True, kw_only=True)
class Person:
    """A writer: what names them for ever (`key`), and where an answer goes."""

    key: str
    to: str
    addressed_by: str
    sender: Sender


class Contacts:
    """The contacts of one change, found by number or user id without looking through all of them (up to 1000)."""

    def __init__(self, contacts: object) -> None:
        known = [c for c in contacts if isinstance(c, dict)] if isinstance(contacts, list) else []
        self._by_number = {number: c for c in known if (number := text_of(c.get("wa_id")))}
        self._by_user_id = {user_id: c for c in known if (user_id := text_of(c.get("user_id")))}
        self._only = known[0] if len(known) == 1 and not self._by_number else {}

    def of(self, message: dict[str, Any]) -> dict[str, Any]:
        """Return the contact of a message: the one with its number or user id, or the only one."""
        number, user_id = text_of(message.get("from")), text_of(message.get("from_user_id"))
        return self._by_number.get(number or "") or self._by_user_id.get(user_id or "") or self._only


def person_in(message: dict[str, Any], contacts: Contacts) -> Person | None:
    """Return who wrote a message; nothing when it does not say.

    The business-scoped user id names a person where there is one: since people may hide their number, `wa_id` and
    `from` can be missing, and then the user id is also where an answer goes.
    """
    contact = contacts.of(message)
    user_id = text_of(contact.get("user_id")) or text_of(message.get("from_user_id"))
    phone = text_of(contact.get("wa_id")) or text_of(message.get("from"))
    to = text_of(message.get("from")) or phone or user_id
    key = user_id or phone
    if key is None or to is None:
        return None
    profile = contact.get("profile")
    return Person(
        key=key,
        to=to,
        addressed_by="phone" if phone else "user_id",
        sender=Sender(
            name=text_of(profile.get("name")) if isinstance(profile, dict) else None,
            phone=_international(phone),
            handle=user_id,
            verified=tuple(name for name, value in (("phone", phone), ("handle", user_id)) if value),
        ),
    )


def _international(number: str | None) -> str | None:
    return f"+{number}" if number is not None and number.isascii() and number.isdigit() else number
