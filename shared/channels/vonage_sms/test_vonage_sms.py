"""What only SMS by Vonage does."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, SendingFailed
from shared.channel.inbound import InboundMessage, Parsed
from shared.channel.outbound import Means, Outgoing
from shared.channels.vonage_sms.inbound import STOP_WORDS, VonageReceives
from shared.channels.vonage_sms.outbound import VonageChecks, VonageSends
from shared.channels.vonage_sms.specimen import private_key, specimen
from shared.channels.vonage_sms.tokens import hs256, unsigned
from shared.clock import FixedClock
from shared.faults import TryLater
from tests.contract.channels.specimen import NOW, fixture
from tests.contract.channels.vendor import Vendor, http_client, vendor_on_loopback


def _parse(name: str, **change: Any) -> Parsed:
    told = json.loads(fixture(__file__, f"{name}.json")) | change
    delivery = Delivery(account="vonage-1", received_at=NOW, body=json.dumps(told).encode())
    return VonageReceives().parse(delivery, specimen.account)


def _message(**change: Any) -> InboundMessage:
    (message,) = _parse("sms", **change).messages
    return message


def test_a_sender_is_known_by_a_number_that_vonage_vouches_for() -> None:
    message = _message()
    assert (message.sender.phone, message.sender.verified) == ("+393331112233", ("phone",))
    assert message.sent_at == NOW - timedelta(seconds=30)
    assert message.threaded
    assert _message(**{"from": "ACME"}).sender.phone == "ACME"


@pytest.mark.parametrize("word", [*sorted(STOP_WORDS), " STOP. ", "Stop!"])
def test_who_says_stop_is_filed_and_not_answered_automatically(word: str) -> None:
    assert _message(text=word).automatic == "opt_out"


def test_an_mms_says_what_it_brought_and_that_it_is_not_fetched() -> None:
    picture = {"url": "https://api-us.nexmo.com/v3/media/1", "name": "foto.jpg", "caption": "Look"}
    message = _message(channel="mms", message_type="image", text=None, image=picture)
    assert message.text == "[image] Look"
    ((name, media, note),) = [(a.name, a.media, a.note) for a in message.attachments]
    assert (name, media) == ("foto.jpg", None)
    assert note is not None
    assert _message(message_type="of tomorrow", text=None).text == "[of tomorrow]"


def test_a_failure_is_told_by_its_code_and_quotes_nobody() -> None:
    (receipt,) = _parse("failed").receipts
    assert (receipt.state, receipt.detail, receipt.at) == ("failed", "Vonage error 5", NOW - timedelta(seconds=10))
    (receipt,) = _parse("failed", error={"title": "393331112233"}).receipts
    assert receipt.detail is None
    assert _parse("failed", status=[]).unreadable
    assert _parse("failed", message_uuid=None).unreadable


# --- proof -----------------------------------------------------------------------------------------------------------


def _token(head: dict[str, Any] | None = None, **claims: Any) -> str:
    told = {
        "iat": int(NOW.timestamp()),
        "api_key": "abcd1234",
        "payload_hash": hashlib.sha256(specimen.valid.body).hexdigest(),
    } | claims
    signed = unsigned(head or {"alg": "HS256"}, told)
    return (signed + b"." + hs256(signed, secret="signature-secret-0001")).decode()


def _refused(authorization: str) -> bool:
    delivery = replace(specimen.valid, headers={"authorization": authorization})
    try:
        VonageReceives().authenticate(delivery, specimen.account)
    except DeliveryForged:
        return True
    return False


def test_what_a_token_claims_counts_once_it_is_signed() -> None:
    assert not _refused(f"Bearer {_token()}")
    assert _refused(_token())
    for claims in (
        {"iat": None},
        {"iat": "x"},
        {"api_key": "other"},
        {"payload_hash": None},
        {"payload_hash": "0" * 64},
    ):
        assert _refused(f"Bearer {_token(**claims)}"), claims


def test_another_algorithm_is_refused_even_where_the_signature_holds() -> None:
    for algorithm in ("none", "RS256", None):
        assert _refused(f"Bearer {_token({'alg': algorithm})}")
    for strange in ("", ".", "..", "a.b.c", "é.é.é", "." * 1000):
        assert _refused(f"Bearer {strange}")


# --- the way out -----------------------------------------------------------------------------------------------------


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with vendor_on_loopback() as running:
        yield running


@pytest.fixture
async def means() -> AsyncIterator[Means]:
    async with http_client() as http:
        yield Means(http=http)


def _account(vendor: Vendor, **secrets: tuple[str, ...]) -> Account:
    assert specimen.answers is not None
    assert specimen.answers.settings is not None
    settings = specimen.answers.settings(vendor.url)
    return replace(specimen.account, settings=settings, secrets={**specimen.account.secrets, **secrets})


async def _send(vendor: Vendor, means: Means, message: InboundMessage, **secrets: tuple[str, ...]) -> None:
    assert message.reply is not None
    outgoing = Outgoing(
        outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=message.reply, text="Sì, oggi"
    )
    await VonageSends(FixedClock(NOW)).send(outgoing, _account(vendor, **secrets), means)


def _decoded(written: str) -> Any:
    return json.loads(base64.urlsafe_b64decode(written + "=" * (-len(written) % 4)))


async def test_an_answer_comes_from_the_number_that_was_written_to(vendor: Vendor, means: Means) -> None:
    await _send(vendor, means, _message(to="390288880000"))
    assert json.loads(vendor.calls[0].body) == {
        "channel": "sms",
        "message_type": "text",
        "to": "393331112233",
        "from": "390288880000",
        "text": "Sì, oggi",
        "client_ref": str(UUID(int=7)),
    }
    token = vendor.calls[0].headers["authorization"].removeprefix("Bearer ")
    head, claims, signature = token.split(".")
    assert _decoded(head) == {"alg": "RS256", "typ": "JWT"}
    assert _decoded(claims)["application_id"] == "00000000-0000-4000-8000-000000000001"
    key = load_pem_private_key(private_key().encode(), None)
    assert isinstance(key, rsa.RSAPrivateKey)
    raw = base64.urlsafe_b64decode(signature + "==")
    key.public_key().verify(raw, f"{head}.{claims}".encode(), padding.PKCS1v15(), SHA256())


async def test_a_key_that_is_none_sends_nothing(vendor: Vendor, means: Means) -> None:
    with pytest.raises(SendingFailed) as failed:
        await _send(vendor, means, _message(), private_key=("-----BEGIN PRIVATE KEY-----\nx",))
    assert failed.value.cause == "credentials"
    assert vendor.calls == []


@pytest.mark.parametrize(
    ("status", "code", "cause"),
    [(422, "1170", "unreachable"), (402, "1070", "credentials"), (402, "", "credentials"), (422, "1120", "refused")],
)
async def test_a_refusal_is_told_by_vonages_own_code(
    vendor: Vendor, means: Means, status: int, code: str, cause: str
) -> None:
    vendor.status = status
    vendor.body = json.dumps({"type": f"https://x/api-errors/messages#{code}", "detail": "393331112233"}).encode()
    with pytest.raises(SendingFailed) as failed:
        await _send(vendor, means, _message())
    assert failed.value.cause == cause
    assert "333" not in str(failed.value)


async def test_a_limit_is_waited_for_whatever_its_status(vendor: Vendor, means: Means) -> None:
    vendor.status, vendor.body = 422, b'{"type": "https://x/api-errors/messages#1000"}'
    with pytest.raises(TryLater):
        await _send(vendor, means, _message())


async def test_the_check_says_what_it_could_and_could_not_see(vendor: Vendor, means: Means) -> None:
    checks = VonageChecks(FixedClock(NOW))
    vendor.body = b'{"value": 0}'
    verdict = await checks.check(_account(vendor), means)
    assert (verdict.works, "balance" in verdict.words) == (False, True)
    verdict = await checks.check(_account(vendor, api_secret=()), means)
    assert (verdict.works, "not asked" in verdict.words, len(vendor.calls)) == (True, True, 1)
    assert not (await checks.check(_account(vendor, private_key=("x",)), means)).works
