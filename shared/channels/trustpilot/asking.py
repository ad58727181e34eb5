"""Asks Trustpilot for the reviews that a delivery names: it is signed by nobody, so that what it says proves little."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import replace
from typing import Any

import msgspec

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryMalformed, SendingFailed
from shared.channel.outbound import Means
from shared.channels.trustpilot.api import ask
from shared.vendor.calls import settle
from shared.vendor.payloads import read_object, text_of

REVIEW, REFUSED, GONE = "review", "not_handed_out", "gone"
"""Where the review is put, or the reason why it could not be fetched, or that it is no more there."""

WRITTEN = ("service-review-created", "service-review-updated")
_NUMBER = re.compile(r"[0-9a-zA-Z]{1,64}")
_ASKED = "asked"


class TrustpilotAsks:
    """Asks the API of the account, and nobody else, where the account may use it."""

    async def witness(self, delivery: Delivery, account: Account, means: Means) -> Mapping[str, str]:  # noqa: ARG002
        """Return what was there: the proof needs nothing more."""
        return delivery.envelope

    async def complete(self, delivery: Delivery, account: Account, means: Means) -> Delivery:
        """Return the delivery with each review as Trustpilot has it; one that is refused is asked for at a replay."""
        if account.settings.api_key is None:
            return delivery
        try:
            told = read_object(delivery.body)
        except DeliveryMalformed:
            return delivery  # reading it says why
        known = was_asked(delivery)
        waiting = [event for event in _written(told) if not known or REFUSED in event]
        if known and not waiting:
            return delivery
        for event in waiting:
            for name in (REVIEW, REFUSED, GONE):
                event.pop(name, None)
            event.update(await _fetched(event, account, means))
        envelope = {**delivery.envelope, "is": _ASKED}
        return replace(delivery, body=msgspec.json.encode(told), envelope=envelope)


def was_asked(delivery: Delivery) -> bool:
    """Tell whether what stands beside an event was put there by us."""
    return delivery.envelope.get("is") == _ASKED


def _written(told: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    events = told.get("events")
    for event in events if isinstance(events, list) else []:
        if isinstance(event, dict) and event.get("eventName") in WRITTEN and isinstance(event.get("eventData"), dict):
            yield event


async def _fetched(event: Mapping[str, Any], account: Account, means: Means) -> dict[str, Any]:
    own_id = text_of(event["eventData"].get("id"))
    if own_id is None or not _NUMBER.fullmatch(own_id):
        return {}
    try:
        answer = await ask(account, means, "GET", f"/v1/private/reviews/{own_id}")
        if answer.status in (404, 410):
            return {GONE: True}
        settle(answer, vendor="Trustpilot")
    except SendingFailed as error:
        return {REFUSED: str(error)}
    return {REVIEW: answer.fields} if text_of(answer.fields.get("id")) else {REFUSED: "Trustpilot answered without it"}
