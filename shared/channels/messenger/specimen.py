"""Messenger at work, for the suite of all channels."""

from __future__ import annotations

from dataclasses import replace

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.messenger.settings import MessengerSettings
from shared.meta.receiving import signature
from tests.contract.channels.specimen import NOW, Answers, Signing, Specimen, fixture

_ACCOUNT = Account(
    account="messenger-1",
    channel="messenger",
    title="Messenger",
    settings=MessengerSettings(page_id="112233445566"),
    secrets={"app_secret": ("app-secret-0001",), "verify_token": ("our-word-0001",), "access_token": ("token-0001",)},
)


def _sign(delivery: Delivery, secret: str) -> Delivery:
    return replace(delivery, headers={"x-hub-signature-256": signature(delivery.body, secret=secret)})


def _delivery(name: str) -> Delivery:
    body = fixture(__file__, f"{name}.json")
    return _sign(Delivery(account="messenger-1", received_at=NOW, body=body), "app-secret-0001")


specimen = Specimen(
    account=_ACCOUNT,
    encoding="json",
    valid=_delivery("message"),
    text="Parcel never arrived and nobody answers",
    signing=Signing(sign=_sign, secret="app-secret-0001", header="x-hub-signature-256"),  # noqa: S106
    batch=_delivery("batch"),
    batch_ids=frozenset(f"m_b{n:02}" for n in range(1, 7)),
    ignored={name: _delivery(name) for name in ("echo", "read", "reaction", "opened")},
    changes={name: _delivery(name) for name in ("edit", "removed")},
    receipts={"delivered": _delivery("delivered")},
    answers=Answers(
        by="http",
        settings=lambda url: MessengerSettings(page_id="112233445566", api_base_url=url),
        taken=b'{"recipient_id": "6677001", "message_id": "m_sent"}',
        message_id="m_sent",
        path_ends="/112233445566/messages",
    ),
)
