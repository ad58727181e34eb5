"""What only Amazon SES does on the way in."""

from __future__ import annotations

import base64
import json
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import pytest

from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, DeliveryMalformed
from shared.channel.inbound import InboundMessage, Parsed
from shared.channels.ses.asking import CERTIFICATE
from shared.channels.ses.inbound import SesReceives
from shared.channels.ses.settings import SesSettings
from shared.channels.ses.specimen import CERTIFICATE_URL, TOPIC, certificate, message, notice, specimen
from tests.contract.channels.damage import wrong_types
from tests.contract.channels.specimen import fixture
from tests.support.mail_relay import TOKEN, read

OURS = f"<ascolto-{UUID(int=7)}@acme.test>"


def _parse(delivery: Delivery) -> Parsed:
    return SesReceives().parse(delivery, specimen.account)


def _told(name: str) -> dict[str, Any]:
    told: dict[str, Any] = json.loads(fixture(__file__, f"{name}.json"))
    return told


def _message(told: dict[str, Any]) -> InboundMessage:
    (found,) = _parse(message(Message=json.dumps(told))).messages
    return found


def _refused(delivery: Delivery) -> str:
    with pytest.raises(DeliveryForged) as forged:
        SesReceives().authenticate(delivery, specimen.account)
    return str(forged.value)


def test_the_mail_itself_has_the_name_that_a_mailbox_would_give_it() -> None:
    told = _told("mail")
    assert _message(told).provider_message_id == read(told["content"].encode()).provider_message_id


def test_base64_keeps_every_byte() -> None:
    raw = b"From: a@example.test\nContent-Type: text/plain; charset=latin1\n\nPerch\xe9 no"
    told = _told("mail") | {"content": base64.b64encode(raw).decode()}
    told["receipt"]["action"]["encoding"] = "BASE64"
    assert _message(told).text == "Perché no"


def test_what_ses_found_out_and_the_envelope_count() -> None:
    told = _told("mail")
    assert _message(told).sender.verified == ("email",)
    told["receipt"] |= {"dmarcVerdict": {"status": "FAIL"}, "virusVerdict": {"status": "FAIL"}}
    told["receipt"]["recipients"] = [f"care+{TOKEN}@acme.test"]
    found = _message(told)
    assert (found.sender.verified, found.token) == ((), TOKEN)
    assert {"dmarc_failed", "virus_verdict_failed"} <= set(found.notes)


def test_notices_of_any_shape_are_survived() -> None:
    for name in ("mail", "stored", "failed"):
        for body in wrong_types(fixture(__file__, f"{name}.json")):
            told = json.dumps({"Type": "Notification", "Message": body.decode()}).encode()
            with suppress(DeliveryMalformed):
                parsed = _parse(replace(specimen.valid, body=told))
                assert parsed.messages or parsed.receipts or parsed.unreadable or parsed.ignored


def test_an_event_names_our_mail_by_its_tag_or_by_the_references() -> None:
    (receipt,) = _parse(notice("failed")).receipts
    assert (receipt.provider_message_id, receipt.detail) == (OURS, "SES: Bounce Permanent General")
    told = _told("delivered")
    told["mail"] = {"messageId": "x", "headers": [{"name": "References", "value": f"<a@x> {OURS}"}, 5]}
    (receipt,) = _parse(message(Message=json.dumps(told))).receipts
    assert (receipt.provider_message_id, receipt.state) == (OURS, "delivered")


def test_an_ended_subscription_is_told_to_a_person() -> None:
    (item,) = _parse(message("UnsubscribeConfirmation", Message="x", SubscribeURL="x", Token="x")).unreadable
    assert item.cause == "unsubscribed"


@pytest.mark.parametrize("said", ["no JSON", "[]", "{}", '{"notificationType": "Received", "content": ""}'])
def test_what_is_no_notice_is_kept(said: str) -> None:
    with pytest.raises(DeliveryMalformed):
        _parse(message(Message=said))


# --- proof -----------------------------------------------------------------------------------------------------------


def test_a_topic_of_somebody_else_is_refused_however_well_signed() -> None:
    assert "TopicArn" in _refused(message(Message="x", TopicArn=TOPIC.replace("123456789012", "999999999999")))
    strangers = replace(specimen.account, settings=SesSettings(**{**_fields(), "topic_arns": (TOPIC + "-other",)}))
    with pytest.raises(DeliveryForged):
        SesReceives().authenticate(specimen.valid, strangers)


def _fields() -> dict[str, Any]:
    return {name: getattr(specimen.account.settings, name) for name in specimen.account.settings.__struct_fields__}


@pytest.mark.parametrize(
    "address",
    [
        CERTIFICATE_URL.replace("https", "http"),
        CERTIFICATE_URL.replace("eu-west-1", "us-east-1"),
        CERTIFICATE_URL.replace("amazonaws.com", "amazonaws.com.evil.example"),
        CERTIFICATE_URL.replace("sns.", "sns.evil.example/sns."),
        CERTIFICATE_URL.replace("//", "//me@"),
        CERTIFICATE_URL.replace(".com/", ".com:8443/"),
        CERTIFICATE_URL.replace(".pem", ".txt"),
        CERTIFICATE_URL + "\n",
        "",
        None,
        ["x"],
    ],
)
def test_a_certificate_comes_from_sns_in_the_region_of_the_topic_only(address: object) -> None:
    assert "SigningCertURL" in _refused(message(Message="x", SigningCertURL=address))


def test_a_certificate_that_is_not_in_force_or_none_proves_nothing() -> None:
    old = certificate(until=datetime(2026, 11, 1, tzinfo=UTC))
    for pem, words in ((old, "in force"), ("", "no certificate"), ("-----BEGIN CERTIFICATE-----", "no certificate")):
        assert words in _refused(replace(specimen.valid, envelope={CERTIFICATE: pem}))


@pytest.mark.parametrize("version", ["3", "", None, 2])
def test_another_version_of_the_signature_is_refused(version: object) -> None:
    body = json.dumps(json.loads(specimen.valid.body) | {"SignatureVersion": version}).encode()
    delivery = replace(specimen.valid, body=body)
    if version == 2:
        SesReceives().authenticate(delivery, specimen.account)
    else:
        assert "SignatureVersion" in _refused(delivery)
