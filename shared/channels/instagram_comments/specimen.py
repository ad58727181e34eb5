"""An Instagram account's comments at work, for the suite of all channels."""

from __future__ import annotations

from dataclasses import replace

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.instagram_comments.settings import InstagramCommentsSettings
from shared.meta.receiving import signature
from tests.contract.channels.specimen import NOW, Answers, Signing, Specimen, fixture

_ACCOUNT = Account(
    account="comments-1",
    channel="instagram_comments",
    title="Instagram",
    settings=InstagramCommentsSettings(instagram_id="17841400000000001", username="acme.shop"),
    secrets={"app_secret": ("app-secret-0001",), "verify_token": ("our-word-0001",), "access_token": ("token-0001",)},
)


def _sign(delivery: Delivery, secret: str) -> Delivery:
    return replace(delivery, headers={"x-hub-signature-256": signature(delivery.body, secret=secret)})


def _delivery(name: str) -> Delivery:
    body = fixture(__file__, f"{name}.json")
    return _sign(Delivery(account="comments-1", received_at=NOW, body=body), "app-secret-0001")


specimen = Specimen(
    account=_ACCOUNT,
    encoding="json",
    valid=_delivery("comment"),
    text="Parcel never arrived and nobody answers",
    signing=Signing(sign=_sign, secret="app-secret-0001", header="x-hub-signature-256"),  # noqa: S106
    batch=_delivery("batch"),
    batch_ids=frozenset(f"1790000000000000{n}" for n in range(1, 5)),
    ignored={name: _delivery(name) for name in ("own", "own_by_name", "story", "chat")},
    answers=Answers(
        by="http",
        settings=lambda url: InstagramCommentsSettings(instagram_id="17841400000000001", api_base_url=url),
        taken=b'{"id": "17873440459141099"}',
        message_id="17873440459141099",
        path_ends="/17870913679156914/replies",
    ),
)
