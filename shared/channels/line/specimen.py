"""LINE at work, for the suite of all channels."""

from __future__ import annotations

from dataclasses import replace

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.line.inbound import signature
from shared.channels.line.settings import LineSettings
from tests.contract.channels.specimen import NOW, Answers, Signing, Specimen, fixture

_ACCOUNT = Account(
    account="line-1",
    channel="line",
    title="LINE",
    settings=LineSettings(),
    secrets={"channel_secret": ("channel-secret-0001",), "access_token": ("token-0001",)},
)


def _sign(delivery: Delivery, secret: str) -> Delivery:
    return replace(delivery, headers={"x-line-signature": signature(delivery.body, secret=secret)})


def _delivery(name: str) -> Delivery:
    body = fixture(__file__, f"{name}.json")
    return _sign(Delivery(account="line-1", received_at=NOW, body=body), "channel-secret-0001")


specimen = Specimen(
    account=_ACCOUNT,
    encoding="json",
    valid=_delivery("message"),
    text="Parcel never arrived and nobody answers",
    signing=Signing(sign=_sign, secret="channel-secret-0001", header="x-line-signature"),  # noqa: S106
    batch=_delivery("batch"),
    batch_ids=frozenset(f"4445738440835728{n:02}" for n in range(1, 5)),
    ignored={name: _delivery(name) for name in ("follow", "group", "postback", "ping")},
    changes={"unsend": _delivery("unsend")},
    answers=Answers(
        by="http",
        settings=lambda url: LineSettings(api_base_url=url),
        taken=b'{"sentMessages": [{"id": "461230966842064897", "quoteToken": "IStG5h1Tz7b"}]}',
        message_id="461230966842064897",
        path_ends="/v2/bot/message/push",
    ),
)
