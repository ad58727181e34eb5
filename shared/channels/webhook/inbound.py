"""Posts of any system: Standard Webhooks around the complaint as written by a client."""

from __future__ import annotations

from typing import Literal

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryInvalid, DeliveryMalformed
from shared.channel.inbound import Parsed
from shared.contracts.complaint import WrittenComplaint, WrittenContact
from shared.contracts.parts import ReplyAddress
from shared.vendor.handshakes import NoHandshake
from shared.vendor.standard_webhooks import verify
from shared.written.reading import complaint_in, identity, mail_address, to_message


class WebhookReceives(NoHandshake):
    """The way in of a signed webhook."""

    access: Literal["signed", "api_key", "public"] = "signed"
    body_limit = 40 * 1024 * 1024
    heavy = False

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Return only if one of the signatures is ours and fresh."""
        verify(
            account.secrets.get("signing_secret", ()),
            webhook_id=delivery.headers.get("webhook-id", ""),
            timestamp=delivery.headers.get("webhook-timestamp", ""),
            signatures=delivery.headers.get("webhook-signature", ""),
            body=delivery.body,
            now=delivery.received_at,
        )

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read the one complaint; whatever is wrong with it, it is kept, because no person waits for the answer."""
        webhook_id = delivery.headers.get("webhook-id", "")
        if not webhook_id:
            raise DeliveryMalformed("there is no webhook-id", cause="no_id")
        try:
            complaint = complaint_in(delivery)
        except DeliveryInvalid as error:
            raise DeliveryMalformed(str(error), cause="invalid_complaint") from None
        message = to_message(
            complaint,
            provider_message_id=webhook_id,
            reply=_reply(complaint, webhook_id, account),
            vouched=True,
        )
        return Parsed(messages=(message,))


def _reply(complaint: WrittenComplaint, webhook_id: str, account: Account) -> ReplyAddress | None:
    if account.settings.reply_url is None:
        return mail_address(complaint.contact, account=account.account, channel=account.channel)
    to = identity(complaint.contact or WrittenContact()) or webhook_id
    return ReplyAddress(account=account.account, channel=account.channel, to=to, thread={"webhook_id": webhook_id})
