"""Answers by Telegram. Source: core.telegram.org/bots/api, "sendMessage" and "getWebhookInfo"."""

from __future__ import annotations

from typing import Any

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.channels.telegram.api import ask
from shared.faults import TryLater
from shared.vendor.payloads import text_of

_LONGEST = 4096


class TelegramSends:
    """The way out of a Telegram bot."""

    public = False
    max_length: int | None = _LONGEST

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Send a text that quotes the message it answers, in the name of the business where it was asked."""
        if len(outgoing.text) > _LONGEST:
            raise SendingFailed(f"Telegram takes {_LONGEST} characters", cause="too_long")
        chat, thread = outgoing.reply.to, outgoing.reply.thread
        result = await ask(account, means, "sendMessage", _message(outgoing))
        message_id = text_of(result.get("message_id"))
        talk = f"{thread['connection']}:{chat}" if "connection" in thread else chat
        return Sent(provider_message_id=f"{talk}:{message_id}" if message_id else None)


def _message(outgoing: Outgoing) -> dict[str, Any]:
    thread = outgoing.reply.thread
    quoted = _number(thread.get("message_id", ""))
    fields: dict[str, Any] = {
        "chat_id": _number(outgoing.reply.to),
        "text": outgoing.text,
        "link_preview_options": {"is_disabled": True},
    }
    if fields["chat_id"] is None:
        raise SendingFailed("the answer names no chat", cause="bad_address")
    if quoted is not None:
        # What the customer removed in the meantime is answered all the same.
        fields["reply_parameters"] = {"message_id": quoted, "allow_sending_without_reply": True}
    if "connection" in thread:
        fields["business_connection_id"] = thread["connection"]
    return fields


def _number(written: str) -> int | None:
    digits = written.removeprefix("-")
    return int(written) if digits.isascii() and digits.isdigit() and len(digits) <= 18 else None


class TelegramChecks:
    """Asks Telegram where it delivers to."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say whether the token is good, a webhook is set, what it leaves out and what went wrong there."""
        try:
            hook = await ask(account, means, "getWebhookInfo", {})
        except SendingFailed as error:
            return Verdict(works=False, words=f"{error}. Is bot_token the one that @BotFather shows now?")
        except TryLater as error:
            return Verdict(works=False, words=f"{error}. Is api_base_url right, and Telegram up?")
        if "url" in hook and not hook["url"]:
            return Verdict(
                works=False, words="The token is good, but no webhook is set: call setWebhook (see the guide)."
            )
        asked = hook.get("allowed_updates")
        missing = [k for k in ("message", "edited_message") if isinstance(asked, list) and asked and k not in asked]
        if missing:
            words = (
                f"The webhook leaves out {' and '.join(missing)}: call setWebhook again with them in allowed_updates."
            )
            return Verdict(works=False, words=words)
        return _standing(hook)


def _standing(hook: dict[str, Any]) -> Verdict:
    waiting, trouble = hook.get("pending_update_count"), text_of(hook.get("last_error_message"))
    if trouble and isinstance(waiting, int) and waiting > 0:
        words = f"{waiting} updates wait at Telegram, which last could not deliver: {trouble[:200]}"
        return Verdict(works=False, words=words)
    return Verdict(works=True, words="The token is good, and Telegram delivers here what is written to the bot.")
