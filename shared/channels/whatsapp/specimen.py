"""WhatsApp at work, for the suite of all channels."""

from __future__ import annotations

from dataclasses import replace

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.whatsapp.settings import WhatsAppSettings
from shared.meta.receiving import signature
from tests.contract.channels.specimen import NOW, Answers, Signing, Specimen, fixture

_ACCOUNT = Account(
    account="whatsapp-1",
    channel="whatsapp",
    title="WhatsApp",
    settings=WhatsAppSettings(phone_number_id="106540352242922"),
    secrets={"app_secret": ("app-secret-0001",), "verify_token": ("our-word-0001",), "access_token": ("token-0001",)},
)


def _sign(delivery: Delivery, secret: str) -> Delivery:
    return replace(delivery, headers={"x-hub-signature-256": signature(delivery.body, secret=secret)})


def _delivery(name: str) -> Delivery:
    body = fixture(__file__, f"{name}.json")
    return _sign(Delivery(account="whatsapp-1", received_at=NOW, body=body), "app-secret-0001")


specimen = Specimen(
    account=_ACCOUNT,
    encoding="json",
    valid=_delivery("message"),
    text="Parcel never arrived and nobody answers",
    signing=Signing(sign=_sign, secret="app-secret-0001", header="x-hub-signature-256"),  # noqa: S106
    batch=_delivery("batch"),
    batch_ids=frozenset(f"wamid.batch{n:02}" for n in range(1, 13)),
    ignored={name: _delivery(name) for name in ("status_sent", "reaction", "template_status")},
    changes={name: _delivery(name) for name in ("edit", "revoke")},
    receipts={"delivered": _delivery("status_read"), "failed": _delivery("status_failed")},
    answers=Answers(
        by="http",
        settings=lambda url: WhatsAppSettings(phone_number_id="106540352242922", api_base_url=url),
        taken=b'{"messaging_product": "whatsapp", "messages": [{"id": "wamid.sent"}]}',
        message_id="wamid.sent",
        path_ends="/106540352242922/messages",
    ),
)
