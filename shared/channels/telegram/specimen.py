"""Telegram at work, for the suite of all channels."""

from __future__ import annotations

from dataclasses import replace

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.telegram.settings import TelegramSettings
from tests.contract.channels.specimen import NOW, Answers, Signing, Specimen, fixture

_ACCOUNT = Account(
    account="telegram-1",
    channel="telegram",
    title="Telegram",
    settings=TelegramSettings(),
    secrets={"webhook_secret": ("our-word-of-chance-0001",), "bot_token": ("700:token-of-the-bot-0001-abc",)},
)


def _sign(delivery: Delivery, secret: str) -> Delivery:
    return replace(delivery, headers={"x-telegram-bot-api-secret-token": secret})


def _delivery(name: str) -> Delivery:
    body = fixture(__file__, f"{name}.json")
    return _sign(Delivery(account="telegram-1", received_at=NOW, body=body), "our-word-of-chance-0001")


specimen = Specimen(
    account=_ACCOUNT,
    encoding="json",
    valid=_delivery("message"),
    text="Parcel never arrived and nobody answers",
    signing=Signing(
        sign=_sign,
        secret="our-word-of-chance-0001",  # noqa: S106
        header="x-telegram-bot-api-secret-token",
        covers="nothing",
    ),
    ignored={name: _delivery(name) for name in ("start", "group", "pinned", "blocked", "business_own")},
    changes={"edited": _delivery("edited")},
    answers=Answers(
        by="http",
        settings=lambda url: TelegramSettings(api_base_url=url),
        taken=b'{"ok": true, "result": {"message_id": 99, "chat": {"id": 5550001}}}',
        message_id="5550001:99",
        path_ends="/sendMessage",
        in_address=frozenset({"bot_token"}),
    ),
)
