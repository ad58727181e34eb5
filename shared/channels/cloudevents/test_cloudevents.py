"""What only CloudEvents does."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, DeliveryIgnored, DeliveryMalformed
from shared.channel.inbound import InboundMessage, Parsed
from shared.channel.outbound import Means, Outgoing
from shared.channels.cloudevents.events import BATCH, STRUCTURED
from shared.channels.cloudevents.inbound import CloudEventsReceives
from shared.channels.cloudevents.outbound import CloudEventsChecks, CloudEventsSends
from shared.channels.cloudevents.settings import CloudEventsSettings
from shared.channels.cloudevents.specimen import specimen
from shared.clock import FixedClock
from tests.contract.channels.specimen import NOW, fixture
from tests.contract.channels.vendor import Vendor, http_client, vendor_on_loopback

RECEIVES = CloudEventsReceives()
BINARY = {
    "content-type": "application/json", "ce-specversion": "1.0", "ce-id": "e-7", "ce-source": "/shop/it",
    "ce-type": "com.acme.complaint", "ce-time": "2026-11-22T09:29:30.5Z",
}  # fmt: skip


def _parse(body: bytes, headers: dict[str, str], account: Account = specimen.account) -> Parsed:
    return RECEIVES.parse(Delivery(account="events-1", received_at=NOW, body=body, headers=headers), account)


def _structured(**change: Any) -> Parsed:
    told = json.loads(fixture(__file__, "structured.json")) | change
    return _parse(json.dumps(told).encode(), {"content-type": f"{STRUCTURED}; charset=utf-8"})


def _binary(**headers: str) -> InboundMessage:
    body = fixture(__file__, "binary.json")
    (message,) = _parse(body, BINARY | {n.replace("_", "-"): v for n, v in headers.items()}).messages
    return message


def test_an_event_in_headers_is_the_same_as_one_in_the_body() -> None:
    message = _binary()
    assert message.text == "Il pacco non è mai arrivato"
    assert message.provider_message_id == "/shop/it e-7"
    assert message.sent_at == NOW - timedelta(seconds=30)
    assert (message.sender.phone, message.sender.verified) == ("+39333", ("phone",))


def test_names_in_headers_are_percent_encoded_or_raw() -> None:
    encoded = _binary(ce_id="caff%C3%A8")
    assert encoded.provider_message_id == "/shop/it caffè"
    assert _binary(ce_id="caffè".encode().decode("latin-1")).provider_message_id == "/shop/it caffè"


def test_ids_are_given_within_a_source() -> None:
    names = {
        _structured(id=i, source=s).messages[0].provider_message_id
        for i, s in (("1", "/a"), ("1", "/b"), ("b", "/a#"), ("#b", "/a"), ("x y", "/a"))
    }
    assert len(names) == 5


def test_data_may_be_base64() -> None:
    data = base64.b64encode(b'{"text": "The app logs me out"}').decode()
    (message,) = _structured(data=None, data_base64=data).messages
    assert message.text == "The app logs me out"


@pytest.mark.parametrize(
    ("change", "cause"),
    [
        ({"specversion": "0.3"}, "bad_item"),
        ({"source": "no uri"}, "bad_item"),
        ({"id": ""}, "bad_item"),
        ({"data_base64": "%"}, "bad_item"),
        ({"data": {"text": ""}}, "invalid_complaint"),
        ({"data": None}, "invalid_complaint"),
        ({"data_base64": "ew=="}, "no_complaint"),
    ],
)
def test_what_is_wrong_with_the_only_event_is_the_cause(change: dict[str, Any], cause: str) -> None:
    with pytest.raises(DeliveryMalformed) as malformed:
        _structured(**change)
    assert malformed.value.cause == cause


def test_in_a_batch_the_others_are_read() -> None:
    events = [*json.loads(fixture(__file__, "batch.json")), 5, {"specversion": "1.0"}]
    parsed = _parse(json.dumps(events).encode(), {"content-type": BATCH})
    assert (len(parsed.messages), len(parsed.unreadable)) == (3, 2)
    with pytest.raises(DeliveryIgnored):
        _parse(b"[]", {"content-type": BATCH})


@pytest.mark.parametrize("kind", ["application/cloudevents+avro", "application/json", ""])
def test_what_is_no_event_in_json_is_kept(kind: str) -> None:
    with pytest.raises(DeliveryMalformed):
        _parse(b"{}", {"content-type": kind})


def test_without_types_every_event_is_a_complaint() -> None:
    every = replace(specimen.account, settings=CloudEventsSettings())
    assert _parse(fixture(__file__, "other.json"), {"content-type": STRUCTURED}, every).messages


def _ask(origin: str, method: str = "OPTIONS") -> Delivery:
    headers = {"webhook-request-origin": origin, "webhook-request-rate": "120"}
    return Delivery(account="events-1", received_at=NOW, method=method, headers=headers)


def test_a_sender_that_may_deliver_is_told_so_and_no_other() -> None:
    answer = RECEIVES.handshake(_ask("events.acme.test"), specimen.account)
    assert answer.headers["WebHook-Allowed-Origin"] == "events.acme.test"
    for refused in (_ask("evil.example"), _ask(""), _ask("events.acme.test", "GET")):
        with pytest.raises(DeliveryForged):
            RECEIVES.handshake(refused, specimen.account)


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with vendor_on_loopback() as running:
        yield running


@pytest.fixture
async def means() -> AsyncIterator[Means]:
    async with http_client() as http:
        yield Means(http=http)


def _account(vendor: Vendor) -> Account:
    assert specimen.answers is not None
    assert specimen.answers.settings is not None
    return replace(specimen.account, settings=specimen.answers.settings(vendor.url))


async def test_an_answer_is_an_event_that_names_the_one_it_answers(vendor: Vendor, means: Means) -> None:
    account = _account(vendor)
    reply = RECEIVES.parse(specimen.valid, account).messages[0].reply
    assert reply is not None
    outgoing = Outgoing(outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=reply, text="Oggi")
    await CloudEventsSends(FixedClock(NOW)).send(outgoing, account, means)
    (call,) = vendor.calls
    event = json.loads(call.body)
    assert call.headers["content-type"] == STRUCTURED
    assert call.headers["authorization"] == "Bearer reply-token-of-chance-0001"
    assert (event["specversion"], event["id"], event["source"]) == ("1.0", str(UUID(int=7)), "/ascolto")
    assert event["subject"] == "ABCDEFGHJ"
    assert (event["data"]["in_reply_to_source"], event["data"]["in_reply_to"]) == ("/shop/it", "e-1")
    assert event["data"]["to"] == "email:anna@example.test"


def test_without_a_reply_address_answers_go_by_mail() -> None:
    (message,) = RECEIVES.parse(specimen.valid, specimen.account).messages
    assert message.reply is not None
    assert (message.reply.to, message.reply.thread) == ("anna@example.test", {"by": "mail"})


@pytest.mark.parametrize(
    ("status", "headers", "works", "words"),
    [
        (200, {"WebHook-Allowed-Origin": "*"}, True, "says that it takes"),
        (200, {}, True, "does not say"),
        (405, {}, True, "does not say"),
        (403, {}, False, "reply_token"),
    ],
)
async def test_the_check_asks_as_the_specification_has_it(
    vendor: Vendor, means: Means, status: int, headers: dict[str, str], works: bool, words: str
) -> None:
    vendor.status, vendor.headers = status, headers
    verdict = await CloudEventsChecks().check(_account(vendor), means)
    assert verdict.works is works
    assert words in verdict.words
    assert vendor.calls[0].method == "OPTIONS"


async def test_the_check_calls_nobody_where_answers_go_by_mail(vendor: Vendor, means: Means) -> None:
    assert (await CloudEventsChecks().check(specimen.account, means)).works
    assert vendor.calls == []
