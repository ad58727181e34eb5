"""Public test vectors of the signature schemes, checked through the code that the channels use."""

from __future__ import annotations

import base64
import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
import pytest

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged
from shared.channel_registry import registry
from shared.channels.twilio_sms.signature import sign as twilio_sign
from shared.meta.receiving import signature as meta_signature
from tests.contract.channels.conftest import specimens

VECTORS: dict[str, dict[str, Any]] = {
    v["id"]: v for v in json.loads((Path(__file__).parent / "vectors.json").read_text(encoding="utf-8"))
}
NOW = datetime(2026, 11, 22, tzinfo=UTC)


def _take(account: Account, delivery: Delivery) -> None:
    receives = registry()[account.channel].receives
    assert receives is not None
    receives.authenticate(delivery, account)


def _account(channel: str, **secrets: str) -> Account:
    specimen = specimens()[channel]
    names: dict[str, tuple[str, ...]] = {name: (value,) for name, value in secrets.items()}
    return Account(account="a", channel=channel, title="A", settings=specimen.account.settings, secrets=names)


@pytest.mark.parametrize("vector", [n for n in VECTORS if n.startswith("twilio")])
def test_twilios_own_examples_are_taken_and_their_neighbours_refused(vector: str) -> None:
    known = VECTORS[vector]
    address = urlsplit(known["url_signed"])
    settings = type(specimens()["twilio_sms"].account.settings)(
        account_sid="AC" + "0" * 32, from_number="+39000000", public_url=known["url_signed"]
    )
    account = Account(
        account="a", channel="twilio_sms", title="A", settings=settings, secrets={"auth_token": (known["key"],)}
    )
    fields = list(known.get("params", {}).items()) or [(name, value) for name, value in known.get("params_multi", [])]
    is_json = "body" in known
    delivery = Delivery(
        account="a",
        received_at=NOW,
        body=known["body"].encode() if is_json else urlencode(fields).encode(),
        query=address.query,
        headers={
            "content-type": "application/json" if is_json else "application/x-www-form-urlencoded",
            "x-twilio-signature": known["header"].partition(": ")[2],
        },
    )
    _take(account, delivery)
    with pytest.raises(DeliveryForged):
        _take(account, Delivery(**{**_fields(delivery), "body": delivery.body + b"x"}))


def _fields(delivery: Delivery) -> dict[str, Any]:
    return {name: getattr(delivery, name) for name in ("account", "received_at", "body", "query", "headers")}


def test_the_port_may_stand_in_the_address_or_not() -> None:
    without, with_port = VECTORS["twilio-form"], VECTORS["twilio-https443"]
    for known, public_url in ((without, with_port["url_signed"]), (with_port, without["url_signed"])):
        account = _account("twilio_sms", auth_token=known["key"])
        settings = type(account.settings)(
            account_sid="AC" + "0" * 32, from_number="+39000000", public_url=public_url.partition("?")[0]
        )
        delivery = Delivery(
            account="a",
            received_at=NOW,
            body=urlencode(known["params"]).encode(),
            query=urlsplit(public_url).query,
            headers={"x-twilio-signature": known["header"].partition(": ")[2]},
        )
        _take(
            Account(account="a", channel="twilio_sms", title="A", settings=settings, secrets=account.secrets), delivery
        )


def test_the_example_of_standard_webhooks_is_taken_at_its_time_only() -> None:
    known = VECTORS["standard-webhooks-v1"]
    webhook_id, timestamp, body = known["signed"].split(".", 2)
    at = datetime.fromtimestamp(int(timestamp), UTC)
    account = _account("webhook", signing_secret=f"whsec_{known['key_b64']}")
    headers = {
        "webhook-id": webhook_id,
        "webhook-timestamp": timestamp,
        "webhook-signature": "v1,bm9uc2Vuc2U= " + known["header"].partition(": ")[2],
    }
    _take(account, Delivery(account="a", received_at=at, body=body.encode(), headers=headers))
    with pytest.raises(DeliveryForged):
        _take(account, Delivery(account="a", received_at=at + timedelta(hours=1), body=body.encode(), headers=headers))


@pytest.mark.parametrize(
    "strange", ["", "+1614265330", " 1614265330", "1614265330.0", "-1", "１６１４２６５３３０", "9" * 40]
)
def test_a_timestamp_is_digits_and_nothing_else(strange: str) -> None:
    known = VECTORS["standard-webhooks-v1"]
    account = _account("webhook", signing_secret=f"whsec_{known['key_b64']}")
    headers = {"webhook-id": "m", "webhook-timestamp": strange, "webhook-signature": "v1,AAAA"}
    with pytest.raises(DeliveryForged, match="form"):
        _take(account, Delivery(account="a", received_at=NOW, body=b"{}", headers=headers))


@pytest.mark.parametrize(
    "channel", ["whatsapp", "facebook_page", "messenger", "instagram_direct", "instagram_comments"]
)
def test_the_example_of_github_has_metas_construction(channel: str) -> None:
    known = VECTORS["github-hub256"]
    headers = {"x-hub-signature-256": known["header"].partition(": ")[2]}
    account = _account(channel, app_secret=known["key"])
    _take(account, Delivery(account="a", received_at=NOW, body=known["body"].encode(), headers=headers))


def test_the_example_of_lines_library_is_taken_and_its_neighbour_refused() -> None:
    known = VECTORS["line"]
    account = _account("line", channel_secret=known["key"])
    headers = {"x-line-signature": known["header"].partition(": ")[2]}
    _take(account, Delivery(account="a", received_at=NOW, body=known["body"].encode(), headers=headers))
    with pytest.raises(DeliveryForged):
        _take(account, Delivery(account="a", received_at=NOW, body=known["body"].encode() + b"x", headers=headers))


def test_the_example_of_slacks_library_is_taken_at_its_time_only() -> None:
    known = VECTORS["slack-v0"]
    at = datetime.fromtimestamp(int(known["timestamp"]), UTC)
    account = _account("slack", signing_secret=known["key"])
    headers = {
        "x-slack-request-timestamp": known["timestamp"],
        "x-slack-signature": known["header"].partition(": ")[2],
    }
    _take(account, Delivery(account="a", received_at=at, body=known["body"].encode(), headers=headers))
    for later, body in ((timedelta(0), known["body"] + "x"), (timedelta(minutes=6), known["body"])):
        with pytest.raises(DeliveryForged):
            _take(account, Delivery(account="a", received_at=at + later, body=body.encode(), headers=headers))


def test_the_example_of_mailgun_is_taken_at_its_time_only() -> None:
    known = VECTORS["mailgun-route"]
    at = datetime.fromtimestamp(int(known["timestamp"]), UTC)
    account = _account("mailgun", signing_key=known["key"])
    body = urlencode({name: known[name] for name in ("timestamp", "token", "signature")}).encode()
    headers = {"content-type": "application/x-www-form-urlencoded"}
    _take(account, Delivery(account="a", received_at=at, body=body, headers=headers))
    for later, spoilt in ((timedelta(0), body + b"0"), (timedelta(hours=10), body)):
        with pytest.raises(DeliveryForged):
            _take(account, Delivery(account="a", received_at=at + later, body=spoilt, headers=headers))


def test_the_example_of_sendgrids_library_is_taken_and_its_neighbour_refused() -> None:
    known = VECTORS["sendgrid-event"]
    at = datetime.fromtimestamp(int(known["timestamp"]), UTC)
    account = _account("sendgrid", event_key=known["public_key_der_b64"])
    headers = {
        "content-type": "application/json",
        "x-twilio-email-event-webhook-timestamp": known["timestamp"],
        "x-twilio-email-event-webhook-signature": known["header"].partition(": ")[2],
    }
    body = known["body"].encode()
    _take(account, Delivery(account="a", received_at=at, body=body, headers=headers))
    for spoilt in (body.strip(), body.replace(b"dropped", b"bounced")):
        with pytest.raises(DeliveryForged):
            _take(account, Delivery(account="a", received_at=at, body=spoilt, headers=headers))


@pytest.mark.parametrize("vector", ["sns-v1-sha1", "sns-v2-sha256"])
def test_the_examples_of_amazons_library_are_taken_while_their_certificate_is_in_force(vector: str) -> None:
    known = VECTORS[vector]
    told = known["message"] | {
        "SigningCertURL": "https://sns.us-east-2.amazonaws.com/SimpleNotificationService-0a1b2c3d.pem"
    }
    settings = msgspec.structs.replace(specimens()["ses"].account.settings, topic_arns=(told["TopicArn"],))
    account = Account(account="a", channel="ses", title="A", settings=settings)
    at = datetime.fromisoformat(told["Timestamp"])
    envelope = {"certificate": known["cert_pem"]}
    _take(account, Delivery(account="a", received_at=at, body=json.dumps(told).encode(), envelope=envelope))
    spoilt = json.dumps(told | {"Message": "Hello worlds"}).encode()
    for received_at, body in ((at, spoilt), (at + timedelta(days=30), json.dumps(told).encode())):
        with pytest.raises(DeliveryForged):
            _take(account, Delivery(account="a", received_at=received_at, body=body, envelope=envelope))


def test_the_examples_of_the_rfcs_hold() -> None:
    sha256, sha1 = VECTORS["rfc4231-2"], VECTORS["rfc2202-2"]
    assert meta_signature(sha256["body"].encode(), secret=sha256["key"]) == f"sha256={sha256['digest']}"
    assert base64.b64decode(twilio_sign(sha1["key"], url=sha1["body"])).hex() == sha1["digest"]
