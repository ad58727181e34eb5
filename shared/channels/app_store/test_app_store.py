"""What only the App Store does."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from uuid import UUID

import msgspec
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.asymmetric.utils import encode_dss_signature
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from shared.channel.account import Account
from shared.channel.outbound import Means, Outgoing
from shared.channels.app_store.inbound import AppStoreReceives
from shared.channels.app_store.outbound import AppStoreChecks, AppStoreSends
from shared.channels.app_store.specimen import key_file, settings_at, specimen
from shared.clock import FixedClock
from tests.contract.channels.poller import Follower, vendors_list
from tests.contract.channels.specimen import NOW
from tests.contract.channels.vendor import Vendor, http_client, vendor_on_loopback


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with vendor_on_loopback() as running:
        yield running


@pytest.fixture
async def means() -> AsyncIterator[Means]:
    async with http_client() as http:
        yield Means(http=http)


def _account(vendor: Vendor) -> Account:
    return replace(specimen.account, settings=settings_at(vendor.url))


def _part(written: str) -> dict[str, object]:
    decoded: dict[str, object] = json.loads(base64.urlsafe_b64decode(written + "=="))
    return decoded


def test_a_review_is_public_with_its_stars_and_its_country() -> None:
    (message,) = AppStoreReceives().parse(specimen.valid, specimen.account).messages
    assert message.public
    assert (message.subject, message.sender.name) == ("Never again", "Dario Verdi")
    assert message.metadata == {"stars": "1", "territory": "ITA"}
    assert message.sent_at is not None
    assert message.sent_at.isoformat() == "2026-11-21T16:10:34+00:00"


async def test_each_call_carries_a_token_that_holds_for_minutes(vendor: Vendor, means: Means) -> None:
    await AppStoreChecks(FixedClock(NOW)).check(_account(vendor), means)
    token = vendor.calls[0].headers["authorization"].removeprefix("Bearer ")
    head, claims, signature = token.split(".")
    assert _part(head) == {"alg": "ES256", "typ": "JWT", "kid": "2X9R4HXF34"}
    at = int(NOW.timestamp())
    issuer = settings_at("").issuer_id
    assert _part(claims) == {"iss": issuer, "iat": at, "exp": at + 600, "aud": "appstoreconnect-v1"}
    raw = base64.urlsafe_b64decode(signature + "==")
    assert len(raw) == 64
    der = encode_dss_signature(int.from_bytes(raw[:32], "big"), int.from_bytes(raw[32:], "big"))
    key = load_pem_private_key(key_file().encode(), password=None)
    assert isinstance(key, ec.EllipticCurvePrivateKey)
    key.public_key().verify(der, f"{head}.{claims}".encode(), ec.ECDSA(SHA256()))
    with pytest.raises(InvalidSignature):
        key.public_key().verify(der, f"{head}.{claims}x".encode(), ec.ECDSA(SHA256()))


async def test_an_individual_key_acts_for_its_person(vendor: Vendor, means: Means) -> None:
    settings = msgspec.structs.replace(settings_at(vendor.url), issuer_id=None)
    await AppStoreChecks().check(replace(specimen.account, settings=settings), means)
    claims = _part(vendor.calls[0].headers["authorization"].split(".")[1])
    assert claims["sub"] == "user"
    assert "iss" not in claims


async def test_what_is_no_key_is_said_to_be_none(vendor: Vendor, means: Means) -> None:
    verdict = await AppStoreChecks().check(replace(_account(vendor), secrets={"private_key": ("no key",)}), means)
    assert not verdict.works
    assert "private_key" in verdict.words
    assert vendor.calls == []


async def test_an_answer_names_its_review(vendor: Vendor, means: Means) -> None:
    reply = AppStoreReceives().parse(specimen.valid, specimen.account).messages[0].reply
    assert reply is not None
    outgoing = Outgoing(outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=reply, text="Sì")
    await AppStoreSends().send(outgoing, _account(vendor), means)
    said = json.loads(vendor.calls[0].body)["data"]
    assert said["attributes"] == {"responseBody": "Sì"}
    assert said["relationships"]["review"]["data"]["id"] == "00000028-b08c-0014-729e-fbd500000000"


@pytest.mark.parametrize(
    ("status", "works", "words"),
    [(200, True, "682658836"), (401, False, "issuer_id"), (403, False, "Customer Support"), (404, False, "app_id")],
)
async def test_the_check_names_what_is_missing(
    vendor: Vendor, means: Means, status: int, works: bool, words: str
) -> None:
    vendor.status = status
    verdict = await AppStoreChecks().check(_account(vendor), means)
    assert verdict.works is works
    assert words in verdict.words


async def test_the_next_page_is_asked_for_where_the_account_says_and_not_where_the_page_leads() -> None:
    with vendors_list(specimen) as served:
        for number in range(5):
            served.write(number)
        follower = Follower(served)
        await follower.until(lambda: len(follower.taken) == 5)
        assert [call.path.partition("?")[0] for call in served.vendor.calls] == [
            "/v1/apps/682658836/customerReviews"
        ] * 2
