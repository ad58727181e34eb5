"""A vendor is asked for what a proof or a delivery needs: while it does not answer, nothing is lost or refused."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import msgspec
import pytest

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryMalformed
from shared.channel.outbound import Means
from shared.channel_registry import registry
from shared.channels.ses import specimen as ses
from shared.channels.ses.asking import CERTIFICATE
from shared.clock import SystemClock
from shared.faults import TryLater
from tests.integration.ingest.conftest import RunningIngest

RAW = b"From: anna@example.test\r\nMessage-ID: <1@example.test>\r\n\r\nManca una cerniera"


class Vendor:
    """Stands in for AWS: answers, does not, or has lost the mail."""

    def __init__(self) -> None:
        self.answers, self.has_the_mail = False, False

    async def witness(self, _delivery: Delivery, _account: Account, _means: Means) -> Mapping[str, str]:
        if not self.answers:
            raise TryLater("nobody answers")
        return {CERTIFICATE: ses.certificate()}

    async def complete(self, delivery: Delivery, _account: Account, _means: Means) -> Delivery:
        if not self.has_the_mail:
            raise DeliveryMalformed("the mail could not be fetched", cause="not_fetched")
        return replace(delivery, body=RAW, envelope={"is": "mail"})


async def test_a_mail_that_waits_at_the_vendor_is_fetched_in_the_end(
    ingest: RunningIngest, monkeypatch: pytest.MonkeyPatch
) -> None:
    vendor, asks, account = Vendor(), registry()["ses"].asks, ses.specimen.account
    monkeypatch.setattr(asks, "witness", vendor.witness)
    monkeypatch.setattr(asks, "complete", vendor.complete)
    monkeypatch.setattr(ses, "NOW", SystemClock().now())
    secrets = {name: values[0] for name, values in account.secrets.items()}
    await ingest.connect(account.account, account.channel, msgspec.to_builtins(account.settings), secrets)
    path, body = f"/v1/channels/{account.account}/deliveries", ses.notice("stored").body

    assert (await ingest.http.post(path, content=body)).status_code == 503
    assert (await ingest.balance(account.account)).get("refused", 0) == 0

    vendor.answers = True
    assert (await ingest.http.post(path, content=body)).status_code == 200
    listed = await ingest.http.get("/v1/deliveries", params={"account": account.account}, headers=ingest.key)
    (kept,) = listed.json()["items"]
    replay = f"/v1/deliveries/{kept['delivery_id']}/replay"
    assert (await ingest.http.post(replay, headers=ingest.key)).status_code == 409
    assert await ingest.announced() == []

    vendor.has_the_mail = True
    assert (await ingest.http.post(replay, headers=ingest.key)).status_code == 200
    (event,) = await ingest.announced()
    assert event.text == "Manca una cerniera"
