"""What Amazon is asked for, and what goes out through it."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import httpx
import pytest

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryForged, DeliveryMalformed, SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent
from shared.channels.ses.asking import CERTIFICATE, SesAsks
from shared.channels.ses.inbound import SesReceives
from shared.channels.ses.outbound import SesChecks, SesSends
from shared.channels.ses.specimen import CERTIFICATE_URL, certificate, message, notice, specimen
from shared.clock import FixedClock
from shared.faults import TryLater
from shared.vendor.sigv4 import AwsKey, signed_headers
from tests.contract.channels.specimen import NOW
from tests.contract.channels.vendor import Vendor, http_client, vendor_on_loopback
from tests.support.mail_relay import TOKEN

SUBSCRIBE = "https://sns.eu-west-1.amazonaws.com/?Action=ConfirmSubscription&Token=t"
RAW = b"From: anna@example.test\r\nMessage-ID: <1@example.test>\r\n\r\nManca una cerniera"


def _aws(answer: Callable[[httpx.Request], httpx.Response]) -> tuple[Means, list[str]]:
    asked: list[str] = []

    def handle(request: httpx.Request) -> httpx.Response:
        asked.append(str(request.url))
        return answer(request)

    return Means(http=httpx.AsyncClient(transport=httpx.MockTransport(handle))), asked


def _serving(body: bytes, status: int = 200) -> tuple[Means, list[str]]:
    return _aws(lambda _: httpx.Response(status, content=body))


async def test_the_certificate_is_asked_for_once() -> None:
    asks, (means, asked) = SesAsks(), _serving(certificate().encode())
    for _ in range(3):
        witness = await asks.witness(specimen.valid, specimen.account, means)
        SesReceives().authenticate(replace(specimen.valid, envelope=witness), specimen.account)
    assert asked == [CERTIFICATE_URL]
    assert set(witness) == {CERTIFICATE}


async def test_nobody_else_is_asked() -> None:
    means, asked = _serving(b"")
    stranger = message(Message="x", SigningCertURL="https://evil.example/SimpleNotificationService-01234567.pem")
    for delivery in (stranger, replace(specimen.valid, body=b"[]"), replace(specimen.valid, body=b"{}")):
        with pytest.raises(DeliveryForged):
            await SesAsks().witness(delivery, specimen.account, means)
    assert asked == []


async def test_a_certificate_that_is_not_there_refuses_and_one_that_may_come_is_waited_for() -> None:
    for status, error in ((404, DeliveryForged), (302, DeliveryForged), (503, TryLater)):
        with pytest.raises(error):
            await SesAsks().witness(specimen.valid, specimen.account, _serving(b"", status)[0])


def _subscription(url: str = SUBSCRIBE) -> Delivery:
    return message("SubscriptionConfirmation", Message="x", Token="t", SubscribeURL=url)


async def test_a_subscription_of_a_known_topic_is_confirmed_and_counted() -> None:
    means, asked = _serving(b"<ConfirmSubscriptionResponse/>")
    SesReceives().authenticate(_subscription(), specimen.account)
    completed = await SesAsks().complete(_subscription(), specimen.account, means)
    assert SesReceives().parse(completed, specimen.account).ignored == 1
    assert asked == [SUBSCRIBE]


@pytest.mark.parametrize(
    "url", [SUBSCRIBE.replace("sns.", "evil."), SUBSCRIBE.replace("https", "http"), "x", "https://169.254.169.254/"]
)
async def test_a_subscription_is_confirmed_at_sns_only(url: str) -> None:
    means, asked = _serving(b"")
    with pytest.raises(DeliveryMalformed) as malformed:
        await SesAsks().complete(_subscription(url), specimen.account, means)
    assert malformed.value.cause == "not_confirmed"
    assert asked == []


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with vendor_on_loopback() as running:
        yield running


@pytest.fixture
async def means() -> AsyncIterator[Means]:
    async with http_client() as http:
        yield Means(http=http, allow_private_targets=True)


def _account(vendor: Vendor) -> Account:
    assert specimen.answers is not None
    assert specimen.answers.settings is not None
    return replace(specimen.account, settings=specimen.answers.settings(vendor.url))


async def test_a_mail_in_the_bucket_is_fetched_and_read(vendor: Vendor, means: Means) -> None:
    vendor.body, asks = RAW, SesAsks(FixedClock(NOW))
    completed = await asks.complete(notice("stored"), _account(vendor), means)
    assert completed.body == RAW
    assert await asks.complete(completed, _account(vendor), means) is completed
    (call,) = vendor.calls
    assert call.path == "/in/d6iitobk75"
    assert "/20261122/eu-west-1/s3/aws4_request" in call.headers["authorization"]
    (found,) = SesReceives().parse(completed, specimen.account).messages
    assert (found.text, found.sender.email) == ("Manca una cerniera", "anna@example.test")
    assert {"dmarc_failed", "spam_verdict_failed"} <= set(found.notes)


async def test_a_mail_that_cannot_be_fetched_is_kept_as_a_notice(vendor: Vendor, means: Means) -> None:
    vendor.status = 403
    with pytest.raises(DeliveryMalformed) as malformed:
        await SesAsks().complete(notice("stored"), _account(vendor), means)
    assert malformed.value.cause == "not_fetched"
    vendor.status = 503
    with pytest.raises(TryLater):
        await SesAsks().complete(notice("stored"), _account(vendor), means)


async def test_nothing_is_fetched_from_a_bucket_that_is_not_ours(vendor: Vendor, means: Means) -> None:
    told = json.loads(json.loads(notice("stored").body)["Message"])
    told["receipt"]["action"]["bucketName"] = "another"
    delivery = message(Message=json.dumps(told))
    assert await SesAsks().complete(delivery, _account(vendor), means) is delivery
    assert vendor.calls == []
    with pytest.raises(DeliveryMalformed):
        SesReceives().parse(delivery, specimen.account)


# --- the way out -----------------------------------------------------------------------------------------------------


def test_the_signature_is_that_of_amazons_own_example() -> None:
    key = AwsKey(
        key_id="AKIDEXAMPLE",
        secret="wJalrXUtnFEMI/K7MDENG+bPxRfiCYEXAMPLEKEY",
        region="us-east-1",
        service="service",
    )
    at = datetime(2015, 8, 30, 12, 36, tzinfo=UTC)
    headers = signed_headers("GET", "https://example.amazonaws.com/", key=key, now=at)
    signature = "5fa00fa31553b73ebf1942676e86291e8372ff2a2260956d9b8aae1d763fbf31"
    assert headers["authorization"].endswith(f"SignedHeaders=host;x-amz-date, Signature={signature}")


async def _send(vendor: Vendor, means: Means, **settings: str) -> Sent:
    reply = SesReceives().parse(specimen.valid, specimen.account).messages[0].reply
    assert reply is not None
    outgoing = Outgoing(
        outbound_id=UUID(int=7), kind="reply", reference="ABCDEFGHJ", reply=reply, text="Oggi", reply_token=TOKEN
    )
    return await SesSends(FixedClock(NOW)).send(outgoing, _account(vendor), means)


async def test_an_answer_names_itself_among_its_references_as_ses_renames_it(vendor: Vendor, means: Means) -> None:
    ours = f"<ascolto-{UUID(int=7)}@acme.test>"
    assert (await _send(vendor, means)).provider_message_id == ours
    said = json.loads(vendor.calls[0].body)
    headers = {h["Name"]: h["Value"] for h in said["Content"]["Simple"]["Headers"]}
    assert headers["In-Reply-To"] == "<5f1c7a2e91@example.test>"
    assert headers["References"] == f"<5f1c7a2e91@example.test> {ours}"
    assert said["EmailTags"] == [{"Name": "ascolto", "Value": str(UUID(int=7))}]
    assert said["ReplyToAddresses"] == [f"Acme <care+{TOKEN}@acme.test>"]
    assert vendor.calls[0].headers["authorization"].startswith("AWS4-HMAC-SHA256 Credential=AKIA0000000000000001/")


@pytest.mark.parametrize(
    ("word", "cause"), [("MessageRejected", "refused"), ("MailFromDomainNotVerifiedException", "credentials")]
)
async def test_a_refusal_is_told_by_amazons_own_word(vendor: Vendor, means: Means, word: str, cause: str) -> None:
    vendor.status, vendor.headers = 400, {"x-amzn-errortype": f"{word}:http://internal.amazon.com/"}
    vendor.body = b'{"message": "anna@example.test"}'
    with pytest.raises(SendingFailed) as failed:
        await _send(vendor, means)
    assert failed.value.cause == cause
    assert "anna" not in str(failed.value)


async def test_a_limit_that_comes_as_a_400_is_waited_for(vendor: Vendor, means: Means) -> None:
    vendor.status, vendor.headers = 400, {"x-amzn-errortype": "ThrottlingException"}
    with pytest.raises(TryLater):
        await _send(vendor, means)


@pytest.mark.parametrize(
    ("told", "words"),
    [(b'{"SendingEnabled": false}', "paused"), (b'{"ProductionAccessEnabled": false}', "sandbox")],
)
async def test_the_check_says_what_keeps_ses_from_sending(
    vendor: Vendor, means: Means, told: bytes, words: str
) -> None:
    vendor.body = told
    verdict = await SesChecks().check(_account(vendor), means)
    assert not verdict.works
    assert words in verdict.words
