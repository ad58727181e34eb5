"""Between whom a Telegram message passed."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from shared.contracts.parts import Sender
from shared.vendor.payloads import text_of

_SHARED = ("group", "supergroup", "channel")


@dataclass(frozen=True, slots=True, kw_only=True)
class Talk:
    """A chat: with the bot, or with a business account (`connection`) that lets the bot read along."""

    chat: str
    connection: str | None
    is_private: bool
    is_ours: bool
    by_bot: bool
    username: str | None
    sender: Sender

    @property
    def key(self) -> str:
        """The conversation: the same customer in two accounts of the business talks twice."""
        return f"{self.connection}:{self.chat}" if self.connection else self.chat

    def name_of(self, message_id: str) -> str:
        """Return a message's name for ever: Telegram numbers messages within a chat."""
        return f"{self.key}:{message_id}"


def talk_of(event: object) -> Talk | None:
    """Return the chat of a message or removal; nothing when it names none."""
    chat = event.get("chat") if isinstance(event, dict) else None
    chat_id = text_of(chat.get("id")) if isinstance(chat, dict) else None
    if chat_id is None or not isinstance(event, dict) or not isinstance(chat, dict):
        return None
    connection = text_of(event.get("business_connection_id"))
    writer = event.get("from")
    writer = writer if isinstance(writer, dict) else {}
    # A private chat has the number of the customer; in a business chat the other side's words come along.
    ours = connection is not None and text_of(writer.get("id")) not in (None, chat_id)
    return Talk(
        chat=chat_id,
        connection=connection,
        is_private=chat.get("type") not in _SHARED,
        is_ours=ours,
        by_bot=writer.get("is_bot") is True,
        username=text_of(writer.get("username")),
        sender=_sender(writer or chat, chat_id),
    )


def _sender(person: dict[str, Any], chat_id: str) -> Sender:
    names = (text_of(person.get("first_name")), text_of(person.get("last_name")))
    # The number stays when the @name is changed or given away, so that the number is who somebody is.
    return Sender(
        name=" ".join(filter(None, names)) or None, handle=text_of(person.get("id")) or chat_id, verified=("handle",)
    )
