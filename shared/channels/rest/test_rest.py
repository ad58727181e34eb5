"""What only the API does."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryInvalid
from shared.channel.inbound import InboundMessage
from shared.channels.rest.inbound import RestReceives
from shared.channels.rest.specimen import specimen
from tests.contract.channels.specimen import NOW


def _parse(body: object, **envelope: str) -> InboundMessage:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    delivery = Delivery(account="rest", received_at=NOW, body=raw, envelope=envelope)
    (message,) = RestReceives().parse(delivery, specimen.account).messages
    return message


def test_the_key_names_the_complaint_from_the_header_or_from_the_line_of_a_batch() -> None:
    assert _parse({"text": "x"}, idempotency_key="k").provider_message_id == "k"
    assert _parse({"text": "x", "idempotency_key": "line"}).provider_message_id == "line"
    assert _parse({"text": "x", "idempotency_key": "line"}, idempotency_key="k").provider_message_id == "k"
    with pytest.raises(DeliveryInvalid):
        _parse({"text": "x"})


@pytest.mark.parametrize("body", [b"", b"not json", b"\xff", b"[" * 1_000_000])
def test_what_is_no_json_is_told_to_the_client_and_not_kept(body: bytes) -> None:
    with pytest.raises(DeliveryInvalid) as invalid:
        _parse(body, idempotency_key="k")
    assert invalid.value.errors[0][0] == ""


def test_a_call_is_filed_as_a_call_at_its_own_time() -> None:
    message = _parse({"text": "x", "channel": "phone", "received_at": "2026-11-22T09:00:00+01:00"}, idempotency_key="k")
    assert message.channel_label == "phone"
    assert message.sent_at == datetime(2026, 11, 22, 8, 0, tzinfo=UTC)


def test_what_the_client_says_of_its_customer_is_believed() -> None:
    contact = {"name": "Anna", "email": " anna@example.test ", "customer_id": "7", "internal": True}
    sender = _parse({"text": "x", "contact": contact}, idempotency_key="k").sender
    assert sender.verified == ("customer_id", "email")
    assert (sender.email, sender.internal) == ("anna@example.test", True)


def test_who_leaves_no_address_is_not_answered() -> None:
    assert _parse({"text": "x", "contact": {"phone": "+39"}}, idempotency_key="k").reply is None


def test_a_country_is_no_language() -> None:
    assert _parse({"text": "x", "language": "it-IT"}, idempotency_key="k").language == "it"
