"""A signed webhook at work, for the suite of all channels."""

from __future__ import annotations

import base64
from dataclasses import replace

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.webhook.settings import WebhookSettings
from shared.vendor.standard_webhooks import TOLERANCE, sign
from tests.contract.channels.specimen import NOW, Answers, Signing, Specimen, fixture

_SECRET = "whsec_" + base64.b64encode(b"a secret of twenty-four!").decode()


def _sign(delivery: Delivery, secret: str) -> Delivery:
    at = str(int(NOW.timestamp()))
    signature = sign(secret, webhook_id="msg_one", timestamp=at, body=delivery.body)
    headers = {"webhook-id": "msg_one", "webhook-timestamp": at, "webhook-signature": signature}
    return replace(delivery, headers=headers)


_BODY = fixture(__file__, "complaint.json")

specimen = Specimen(
    account=Account(
        account="webhook-1",
        channel="webhook",
        title="Shop",
        settings=WebhookSettings(),
        secrets={"signing_secret": (_SECRET,)},
    ),
    encoding="json",
    valid=_sign(Delivery(account="webhook-1", received_at=NOW, body=_BODY), _SECRET),
    text="The app logs me out every day",
    signing=Signing(sign=_sign, secret=_SECRET, header="webhook-signature", stale_after=TOLERANCE),
    answers=Answers(
        by="http",
        settings=lambda url: WebhookSettings(reply_url=f"{url}/answers"),
        message_id="6f1d1e9c-4a3b-5c2d-8e7f-0123456789ab",
        path_ends="/answers",
    ),
)
