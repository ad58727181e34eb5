"""A Facebook page at work, for the suite of all channels."""

from __future__ import annotations

from dataclasses import replace

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.facebook_page.settings import FacebookPageSettings
from shared.meta.receiving import signature
from tests.contract.channels.specimen import NOW, Answers, Signing, Specimen, fixture

_ACCOUNT = Account(
    account="page-1",
    channel="facebook_page",
    title="Our page",
    settings=FacebookPageSettings(page_id="112233445566"),
    secrets={"app_secret": ("app-secret-0001",), "verify_token": ("our-word-0001",), "access_token": ("token-0001",)},
)


def _sign(delivery: Delivery, secret: str) -> Delivery:
    return replace(delivery, headers={"x-hub-signature-256": signature(delivery.body, secret=secret)})


def _delivery(name: str) -> Delivery:
    body = fixture(__file__, f"{name}.json")
    return _sign(Delivery(account="page-1", received_at=NOW, body=body), "app-secret-0001")


specimen = Specimen(
    account=_ACCOUNT,
    encoding="json",
    valid=_delivery("comment"),
    text="Two months waiting for my refund",
    signing=Signing(sign=_sign, secret="app-secret-0001", header="x-hub-signature-256"),  # noqa: S106
    batch=_delivery("batch"),
    batch_ids=frozenset(f"112233445566_1_{n}" for n in range(100, 104)),
    ignored={name: _delivery(name) for name in ("hidden", "own", "reaction")},
    changes={name: _delivery(name) for name in ("edited", "removed")},
    answers=Answers(
        by="http",
        settings=lambda url: FacebookPageSettings(page_id="112233445566", api_base_url=url),
        taken=b'{"id": "112233445566_1_99"}',
        message_id="112233445566_1_99",
        path_ends="/112233445566_1_77/comments",
    ),
)
