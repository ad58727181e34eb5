"""Asks Meta for the words of mentions, of which a delivery holds nothing but numbers.

Source: developers.facebook.com, "IG User Mentioned Comment" and "Mentioned Media".
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from typing import Any
from urllib.parse import quote

import msgspec

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryMalformed, SendingFailed
from shared.channel.outbound import Means
from shared.channels.instagram_comments.events import MENTIONED, REFUSED, mentions_in
from shared.meta.graph import get
from shared.vendor.payloads import read_object, text_of

_NUMBER = re.compile(r"[0-9_]{1,64}")
_OF_COMMENT, _OF_MEDIA = "text,timestamp,username", "caption,timestamp,username,permalink"


class InstagramCommentsAsks:
    """Asks the API of the account, and nobody else; the proof needs nothing beside the delivery."""

    async def witness(self, delivery: Delivery, account: Account, means: Means) -> Mapping[str, str]:  # noqa: ARG002
        """Return what was there: the signature is proven by the secret alone."""
        return delivery.envelope

    async def complete(self, delivery: Delivery, account: Account, means: Means) -> Delivery:
        """Return the delivery with the words in each mention, or the reason for which there are none.

        One mention that Meta does not hand out leaves its neighbours alone; a replay asks for it again.
        """
        try:
            delivered = read_object(delivery.body)
        except DeliveryMalformed:
            return delivery  # reading it says why
        waiting = [value for value in mentions_in(delivered) if not isinstance(value.get(MENTIONED), dict)]
        for value in waiting:
            value.pop(REFUSED, None)
            value.update(await _asked(value, account, means))
        return replace(delivery, body=msgspec.json.encode(delivered)) if waiting else delivery


async def _asked(value: dict[str, Any], account: Account, means: Means) -> dict[str, Any]:
    comment, media = text_of(value.get("comment_id")), text_of(value.get("media_id"))
    edge, wanted = ("mentioned_comment", comment) if comment else ("mentioned_media", media)
    if wanted is None or not _NUMBER.fullmatch(wanted):
        return {}
    fields = f"{edge}.comment_id({wanted}){{{_OF_COMMENT}}}" if comment else f"{edge}.media_id({wanted}){{{_OF_MEDIA}}}"
    try:
        found = await get(account, means, path=(account.settings.instagram_id,), query=f"?fields={quote(fields)}")
    except SendingFailed as error:
        return {REFUSED: str(error)}
    told = found.get(edge)
    return {MENTIONED: told} if isinstance(told, dict) else {REFUSED: "Meta answered without it"}
