"""An answer in our own shape, for the channels that post it to whoever brought the complaint."""

from __future__ import annotations

from typing import Any

from shared.channel.outbound import Outgoing


def answer_data(outgoing: Outgoing, *, in_reply_to: str | None) -> dict[str, Any]:
    """Return what the receiver needs to hand the answer on; `in_reply_to` is its own name for the complaint."""
    return {
        "message_id": outgoing.outbound_id,
        "kind": outgoing.kind,
        "reference": outgoing.reference,
        "to": outgoing.reply.to,
        "in_reply_to": in_reply_to,
        "subject": outgoing.subject,
        "text": outgoing.text,
        "automatic": outgoing.automatic,
    }
