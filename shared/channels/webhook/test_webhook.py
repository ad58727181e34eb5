"""What only a signed webhook does."""

from __future__ import annotations

import base64
import json
from dataclasses import replace
from datetime import timedelta
from uuid import UUID

import httpx
import pytest

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, DeliveryMalformed
from shared.channel.inbound import InboundMessage
from shared.channel.outbound import Means, Outgoing
from shared.channels.webhook.inbound import WebhookReceives
from shared.channels.webhook.outbound import WebhookSends
from shared.channels.webhook.settings import WebhookSettings
from shared.channels.webhook.specimen import specimen
from shared.clock import FixedClock
from shared.vendor.standard_webhooks import verify
from tests.contract.channels.specimen import NOW
from tests.contract.channels.vendor import vendor_on_loopback


def _parse(body: object, account: Account = specimen.account) -> InboundMessage:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    delivery = Delivery(account="webhook-1", received_at=NOW, body=raw, headers={"webhook-id": "msg_one"})
    (message,) = WebhookReceives().parse(delivery, account).messages
    return message


@pytest.mark.parametrize("header", ["webhook-id", "webhook-timestamp"])
def test_every_character_of_the_name_and_the_time_is_signed(header: str) -> None:
    told = specimen.valid.headers[header]
    for at, character in enumerate(told):
        # A digit stays a digit, so that it is the signature that refuses and not the form.
        spoilt = told[:at] + chr(ord(character) ^ 0x01) + told[at + 1 :]
        delivery = replace(specimen.valid, headers={**specimen.valid.headers, header: spoilt})
        with pytest.raises(DeliveryForged):
            WebhookReceives().authenticate(delivery, specimen.account)


@pytest.mark.parametrize("body", [{"text": ""}, {"words": "x"}, b"not json", [], b"\xff"])
def test_what_is_no_complaint_is_kept_because_nobody_waits_for_the_answer(body: object) -> None:
    with pytest.raises(DeliveryMalformed) as malformed:
        _parse(body)
    assert malformed.value.cause in ("invalid_complaint", "not_json")


def test_a_customer_is_one_conversation_and_a_nameless_one_a_conversation_each() -> None:
    assert _parse({"text": "x", "contact": {"email": "Anna@Example.test "}}).conversation == "email:anna@example.test"
    assert _parse({"text": "x"}).conversation == "msg_one"
    assert not _parse({"text": "x"}).threaded


def test_who_leaves_no_address_is_answered_at_the_reply_address_or_not_at_all() -> None:
    assert _parse({"text": "x", "contact": {"phone": "1"}}).reply is None
    account = replace(specimen.account, settings=WebhookSettings(reply_url="https://shop.example/answers"))
    reply = _parse({"text": "x"}, account).reply
    assert reply is not None
    assert (reply.to, reply.thread) == ("msg_one", {"webhook_id": "msg_one"})


def test_a_status_token_travels_as_a_token_to_be_verified() -> None:
    message = _parse({"text": "x", "in_reply_to": {"reference": "ABCDEFGHJ", "token": "KLMN"}})
    assert message.token == "abcdefghj-klmn"


async def test_an_answer_is_signed_with_every_valid_secret_and_has_one_id() -> None:
    new = "whsec_" + base64.b64encode(b"another one of twenty-four").decode()
    old = specimen.account.secrets["signing_secret"][0]
    with vendor_on_loopback() as vendor:
        account = replace(
            specimen.account,
            settings=WebhookSettings(reply_url=vendor.url),
            secrets={"signing_secret": (new, old)},
        )
        reply = _parse({"text": "x"}, account).reply
        assert reply is not None
        outgoing = Outgoing(outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=reply, text="Here.")
        async with httpx.AsyncClient(trust_env=False) as http:
            for minutes in (0, 60):
                sends = WebhookSends(FixedClock(NOW + timedelta(minutes=minutes)))
                await sends.send(outgoing, account, Means(http=http))
    first, second = vendor.calls
    assert first.headers["webhook-id"] == second.headers["webhook-id"] == str(UUID(int=7))
    for secret in (new, old):
        verify(
            [secret],
            webhook_id=first.headers["webhook-id"],
            timestamp=first.headers["webhook-timestamp"],
            signatures=first.headers["webhook-signature"],
            body=first.body,
            now=NOW,
        )
    assert json.loads(first.body)["data"]["in_reply_to"] == "msg_one"
