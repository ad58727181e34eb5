"""What only Google Play does."""

from __future__ import annotations

import base64
import json
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from urllib.parse import parse_qs
from uuid import UUID

import msgspec
import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_private_key

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import SendingFailed
from shared.channel.inbound import Parsed
from shared.channel.outbound import Means, Outgoing
from shared.channels.google_play.inbound import GooglePlayReceives
from shared.channels.google_play.outbound import GooglePlayChecks, GooglePlaySends
from shared.channels.google_play.specimen import TOKENS_AT, key_file, settings_at, specimen
from shared.faults import TryLater
from tests.contract.channels.poller import Follower, vendors_list
from tests.contract.channels.specimen import NOW, fixture
from tests.contract.channels.vendor import Vendor, http_client, vendor_on_loopback


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with vendor_on_loopback() as running:
        running.tokens_at = TOKENS_AT
        yield running


@pytest.fixture
async def means() -> AsyncIterator[Means]:
    async with http_client() as http:
        yield Means(http=http)


def _account(vendor: Vendor) -> Account:
    return replace(specimen.account, settings=settings_at(vendor.url))


def _parse(**change: Any) -> Parsed:
    whole = json.loads(fixture(__file__, "review.json"))
    whole["comments"][0]["userComment"].update(change)
    delivery = Delivery(account="play-1", received_at=NOW, body=json.dumps(whole).encode())
    return GooglePlayReceives().parse(delivery, specimen.account)


def test_a_review_is_public_with_its_stars_and_the_version_of_the_app() -> None:
    (message,) = _parse().messages
    assert message.public
    assert message.sender.name == "Dario Verdi"
    assert message.metadata["stars"] == "1"
    assert message.metadata["appVersionName"] == "1.4.7"
    assert message.language == "en"


def test_a_title_stands_in_a_line_of_its_own() -> None:
    assert _parse(text="Bad\tIt never came").messages[0].text == "Bad\nIt never came"


def test_other_words_of_one_review_that_was_forgotten_are_not_taken_for_a_repetition() -> None:
    first, later = _parse().messages[0], _parse(text="Still nothing").messages[0]
    assert first.provider_message_id != later.provider_message_id
    assert first.conversation == later.conversation


async def test_a_token_is_asked_for_as_the_service_account(vendor: Vendor, means: Means) -> None:
    await GooglePlayChecks().check(_account(vendor), means)
    form = parse_qs(vendor.granted[0].body.decode())
    assert form["grant_type"] == ["urn:ietf:params:oauth:grant-type:jwt-bearer"]
    covered, _, signature = form["assertion"][0].rpartition(".")
    claims = json.loads(base64.urlsafe_b64decode(covered.partition(".")[2] + "=="))
    assert claims["iss"] == "care@acme.iam.test"
    assert claims["aud"] == vendor.url + TOKENS_AT
    key = load_pem_private_key(json.loads(key_file())["private_key"].encode(), password=None)
    assert isinstance(key, rsa.RSAPrivateKey)
    raw = base64.urlsafe_b64decode(signature + "==")
    key.public_key().verify(raw, covered.encode(), padding.PKCS1v15(), SHA256())  # raises where it is not ours
    assert vendor.calls[0].headers["authorization"] == "Bearer token-of-an-hour"


@pytest.mark.parametrize("key", ["", "{}", "not json", json.dumps({"client_email": "a", "private_key": "b"})])
async def test_what_is_no_key_is_said_to_be_none(vendor: Vendor, means: Means, key: str) -> None:
    account = replace(_account(vendor), secrets={"service_account_key": (key,)})
    verdict = await GooglePlayChecks().check(account, means)
    assert not verdict.works
    assert "service_account_key" in verdict.words
    assert vendor.calls == []


async def test_a_used_up_quota_passes_and_a_missing_permission_does_not(vendor: Vendor, means: Means) -> None:
    reply = _parse().messages[0].reply
    assert reply is not None
    outgoing = Outgoing(outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=reply, text="Sì")
    vendor.status = 403
    vendor.body = b'{"error": {"code": 403, "errors": [{"reason": "quotaExceeded"}]}}'
    with pytest.raises(TryLater):
        await GooglePlaySends().send(outgoing, _account(vendor), means)
    vendor.body = b'{"error": {"code": 403, "errors": [{"reason": "permissionDenied"}]}}'
    with pytest.raises(SendingFailed):
        await GooglePlaySends().send(outgoing, _account(vendor), means)


@pytest.mark.parametrize(
    ("status", "works", "words"),
    [(200, True, "com.acme.shop"), (403, False, "Reply to reviews"), (404, False, "package_name")],
)
async def test_the_check_names_what_is_missing(
    vendor: Vendor, means: Means, status: int, works: bool, words: str
) -> None:
    vendor.status = status
    verdict = await GooglePlayChecks().check(_account(vendor), means)
    assert verdict.works is works
    assert words in verdict.words


async def test_praise_that_turns_into_a_complaint_is_one_and_a_complaint_stays_one() -> None:
    with vendors_list(specimen) as served:
        settings = msgspec.structs.replace(settings_at(served.vendor.url), most_stars=3)
        account = replace(specimen.account, settings=settings)
        stars = [5]
        follower = Follower(served, account=account)
        served.write(1, text="Good")
        served.before = lambda _call, _mark: (200, {}, _with_stars(served.page()[1], stars[0]))
        await follower.until(lambda: True)
        assert follower.taken == []
        follower.clock.instant += timedelta(minutes=1)
        stars[0] = 1
        await follower.until(lambda: len(follower.taken) == 1)
        assert follower.texts() == ["Good"]
        stars[0] = 5
        await follower.until(lambda: len(follower.taken) == 2)
        (change,) = GooglePlayReceives().parse(follower.taken[1], account).changes
        assert change.text.startswith("[5 of 5 stars]")


def _with_stars(body: bytes, stars: int) -> bytes:
    return body.replace(b'"starRating": 1', b'"starRating": %d' % stars)
