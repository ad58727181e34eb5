"""CloudEvents whose data is a complaint as a client writes it.

Source: cloudevents.io, "HTTP Protocol Binding" and "HTTP 1.1 Web Hooks for Event Delivery".
"""

from __future__ import annotations

import hmac
from dataclasses import replace
from typing import Literal

from msgspec import structs

from shared.channel.account import Account
from shared.channel.delivery import Answer, Delivery
from shared.channel.errors import DeliveryError, DeliveryForged, DeliveryInvalid, DeliveryMalformed
from shared.channel.inbound import InboundMessage, Parsed, Unreadable
from shared.channels.cloudevents.events import Event, NoEvent, event_of, found_in
from shared.contracts.complaint import WrittenComplaint, WrittenContact
from shared.contracts.parts import ReplyAddress
from shared.vendor.gathering import Gathered, unreadable
from shared.vendor.payloads import moment
from shared.written.reading import complaint_in, identity, mail_address, to_message


class CloudEventsReceives:
    """The way in of a source of CloudEvents."""

    access: Literal["signed", "api_key", "public"] = "signed"
    body_limit = 40 * 1024 * 1024
    heavy = False

    def handshake(self, delivery: Delivery, account: Account) -> Answer:
        """Tell a sender that asks by OPTIONS that it may deliver; that proves nothing, and grants nothing else."""
        origin = delivery.headers.get("webhook-request-origin", "")
        if delivery.method != "OPTIONS" or origin not in account.settings.allowed_origins:
            raise DeliveryForged("WebHook-Request-Origin is none of this account's allowed_origins")
        headers = {"Allow": "POST", "WebHook-Allowed-Origin": origin, "WebHook-Allowed-Rate": "*"}
        return Answer(headers=headers)

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Return only if the sender repeats the token that we gave it; CloudEvents signs nothing."""
        claimed = delivery.headers.get("authorization", "").encode("utf-8", "surrogateescape")
        for token in account.secrets.get("token", ()):
            if token and hmac.compare_digest(claimed, f"Bearer {token}".encode()):
                return
        raise DeliveryForged("authorization is not the bearer token of this account")

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read every event; no person waits for the answer, so that what is wrong is kept and not refused."""
        gathered, found = Gathered(), found_in(delivery)
        for one in found:
            try:
                event = event_of(one)
            except NoEvent as error:
                gathered.take(unreadable(str(error)))
                continue
            wanted = account.settings.types
            gathered.take(_message(event, delivery, account) if not wanted or event.type in wanted else None)
        parsed = gathered.parsed()
        if len(found) == 1 and parsed.unreadable:
            (only,) = parsed.unreadable
            raise DeliveryMalformed(only.detail, cause=only.cause)
        return parsed


def _message(event: Event, delivery: Delivery, account: Account) -> InboundMessage | Unreadable:
    try:
        complaint = complaint_in(replace(delivery, body=event.data))
    except DeliveryError as error:
        cause = "invalid_complaint" if isinstance(error, DeliveryInvalid) else "no_complaint"
        return Unreadable(cause=cause, detail=str(error))
    message = to_message(
        complaint, provider_message_id=event.name, reply=_reply(complaint, event, account), vouched=True
    )
    sent_at = message.sent_at or moment(event.time, received_at=delivery.received_at)
    return structs.replace(message, sent_at=sent_at)


def _reply(complaint: WrittenComplaint, event: Event, account: Account) -> ReplyAddress | None:
    if account.settings.reply_url is None:
        return mail_address(complaint.contact, account=account.account, channel=account.channel)
    to = identity(complaint.contact or WrittenContact()) or event.name
    thread = {"source": event.source, "id": event.id}
    return ReplyAddress(account=account.account, channel=account.channel, to=to, thread=thread)
