"""Slack at work, for the suite of all channels."""

from __future__ import annotations

from dataclasses import replace

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.slack.settings import SlackSettings
from shared.channels.slack.signature import TOLERANCE, sign
from tests.contract.channels.specimen import NOW, Answers, Signing, Specimen, fixture

_ACCOUNT = Account(
    account="slack-1",
    channel="slack",
    title="Slack",
    settings=SlackSettings(),
    secrets={"signing_secret": ("signing-secret-0001",), "bot_token": ("xoxb-token-0001",)},
)


def _sign(delivery: Delivery, secret: str) -> Delivery:
    at = str(int(NOW.timestamp()))
    signature = sign(secret, timestamp=at, body=delivery.body)
    return replace(delivery, headers={"x-slack-request-timestamp": at, "x-slack-signature": signature})


def _delivery(name: str) -> Delivery:
    body = fixture(__file__, f"{name}.json")
    return _sign(Delivery(account="slack-1", received_at=NOW, body=body), "signing-secret-0001")


specimen = Specimen(
    account=_ACCOUNT,
    encoding="json",
    valid=_delivery("message"),
    text="Parcel never arrived and nobody answers",
    signing=Signing(
        sign=_sign,
        secret="signing-secret-0001",  # noqa: S106
        header="x-slack-signature",
        stale_after=TOLERANCE,
    ),
    ignored={name: _delivery(name) for name in ("own", "joined", "reaction", "unfurled", "challenge")},
    changes={name: _delivery(name) for name in ("changed", "deleted")},
    answers=Answers(
        by="http",
        settings=lambda url: SlackSettings(api_base_url=url),
        taken=b'{"ok": true, "channel": "C0HELP", "ts": "1795339801.000900"}',
        message_id="C0HELP:1795339801.000900",
        path_ends="/chat.postMessage",
    ),
)
