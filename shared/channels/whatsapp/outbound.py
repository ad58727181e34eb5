"""Answers by WhatsApp. Source: developers.facebook.com, "Cloud API > Messages"."""

from __future__ import annotations

from typing import Any

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.meta.graph import check_node, post
from shared.vendor.payloads import text_of

_LONGEST = 4096


class WhatsAppSends:
    """The way out of a WhatsApp number; free text, which Meta takes within 24 hours of the customer's last message."""

    public = False
    max_length: int | None = _LONGEST

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Send a text that quotes the message it answers; cause `window_closed` when the 24 hours are over."""
        if len(outgoing.text) > _LONGEST:
            raise SendingFailed(f"WhatsApp takes {_LONGEST} characters", cause="too_long")
        fields = await post(
            account, means, path=(account.settings.phone_number_id, "messages"), json=_message(outgoing)
        )
        messages = fields.get("messages")
        first = messages[0] if isinstance(messages, list) and messages else None
        return Sent(provider_message_id=text_of(first.get("id")) if isinstance(first, dict) else None)


def _message(outgoing: Outgoing) -> dict[str, Any]:
    thread = outgoing.reply.thread
    whom = {"recipient": outgoing.reply.to} if thread.get("addressed_by") == "user_id" else {"to": outgoing.reply.to}
    quoted = {"context": {"message_id": thread["message_id"]}} if "message_id" in thread else {}
    return {
        "messaging_product": "whatsapp",
        "recipient_type": "individual",
        "type": "text",
        "text": {"body": outgoing.text, "preview_url": False},
        "biz_opaque_callback_data": str(outgoing.outbound_id),
        **whom,
        **quoted,
    }


class WhatsAppChecks:
    """Asks Meta for the number."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the token reads the number."""
        return await check_node(
            account, means, node=account.settings.phone_number_id, name_field="display_phone_number"
        )
