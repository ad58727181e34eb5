"""What every channel owes on the way out, against a vendor that listens on loopback."""

from __future__ import annotations

import json
import threading
from collections.abc import AsyncIterator, Iterator
from dataclasses import replace
from datetime import timedelta
from urllib.parse import parse_qs, unquote
from uuid import UUID

import pytest

from shared.channel.account import Account
from shared.channel.errors import SendingFailed
from shared.channel.outbound import Means, Outgoing, Sent
from shared.channel_registry import registry
from shared.faults import TryLater
from tests.contract.channels.specimen import Specimen
from tests.contract.channels.vendor import Call, Vendor, http_client, vendor_on_loopback

TEXT = "Gentile cliente, abbiamo ricevuto il suo reclamo: la risposta è attesa il 24/11.\nAscolto"

pytestmark = pytest.mark.concerns("http")


@pytest.fixture
def vendor() -> Iterator[Vendor]:
    with vendor_on_loopback() as running:
        yield running


@pytest.fixture
async def means() -> AsyncIterator[Means]:
    async with http_client(timeout=0.5) as http:
        yield Means(http=http, allow_private_targets=True)


def _outgoing(specimen: Specimen) -> Outgoing:
    receives = registry()[specimen.account.channel].receives
    assert receives is not None
    reply = receives.parse(specimen.valid, specimen.account).messages[0].reply
    assert reply is not None
    outbound_id = UUID("6f1d1e9c-4a3b-5c2d-8e7f-0123456789ab")
    return Outgoing(outbound_id=outbound_id, kind="acknowledgement", reference="ABCDEFGHJ", reply=reply, text=TEXT)


def _account(specimen: Specimen, vendor: Vendor) -> Account:
    assert specimen.answers is not None
    assert specimen.answers.settings is not None
    vendor.tokens_at = specimen.answers.tokens_at
    return replace(specimen.account, settings=specimen.answers.settings(vendor.url))


async def _send(specimen: Specimen, vendor: Vendor, means: Means, *, account: Account | None = None) -> Sent:
    sends = registry()[specimen.account.channel].sends
    assert sends is not None
    # The address was read while the vendor's API stood elsewhere; what the account says counts when we send.
    account = account or _account(specimen, vendor)
    receives = registry()[specimen.account.channel].receives
    assert receives is not None
    reply = receives.parse(specimen.valid, account).messages[0].reply
    assert reply is not None
    return await sends.send(replace(_outgoing(specimen), reply=reply), account, means)


def _said(call: Call) -> str:
    """The body in plain letters, however it was written."""
    if "urlencoded" in call.headers.get("content-type", ""):
        return "\n".join(value for values in parse_qs(call.body.decode()).values() for value in values)
    return json.dumps(json.loads(call.body), ensure_ascii=False).replace("\\n", "\n")


async def test_a_message_reaches_the_vendor_once_and_whole(specimen: Specimen, vendor: Vendor, means: Means) -> None:
    assert specimen.answers is not None
    vendor.body = specimen.answers.taken
    sent = await _send(specimen, vendor, means)
    assert sent.provider_message_id == specimen.answers.message_id
    (call,) = vendor.calls
    assert TEXT in _said(call)
    assert call.path.partition("?")[0].endswith(specimen.answers.path_ends)
    receives = registry()[specimen.account.channel].receives
    assert receives is not None
    reply = receives.parse(specimen.valid, _account(specimen, vendor)).messages[0].reply
    assert reply is not None
    thread = [reply.to, *reply.thread.values()]
    assert any(word in _said(call) or word in unquote(call.path) for word in thread)


async def test_no_secret_stands_in_an_address(specimen: Specimen, vendor: Vendor, means: Means) -> None:
    assert specimen.answers is not None
    await _send(specimen, vendor, means)
    elsewhere = [name for name in specimen.account.secrets if name not in specimen.answers.in_address]
    secrets = [value for name in elsewhere for value in specimen.account.secrets[name]]
    assert not any(secret in unquote(call.path) for secret in secrets for call in vendor.calls)


@pytest.mark.parametrize("status", [408, 429, 500, 502, 503, 504])
async def test_a_bad_moment_is_tried_later(specimen: Specimen, vendor: Vendor, means: Means, status: int) -> None:
    vendor.status, vendor.headers = status, {"retry-after": "7"}
    with pytest.raises(TryLater) as later:
        await _send(specimen, vendor, means)
    assert later.value.wait == timedelta(seconds=7)


@pytest.mark.parametrize("wish", ["", "soon", "-1", "9" * 30, "é", "1e9"])
async def test_a_strange_wish_to_wait_is_survived(specimen: Specimen, vendor: Vendor, means: Means, wish: str) -> None:
    vendor.status, vendor.headers = 429, {"retry-after": wish}
    with pytest.raises(TryLater) as later:
        await _send(specimen, vendor, means)
    assert later.value.wait is None or later.value.wait <= timedelta(hours=1)


@pytest.mark.parametrize("status", [400, 401, 403, 404, 410, 422])
async def test_a_refusal_is_final_and_has_a_cause(
    specimen: Specimen, vendor: Vendor, means: Means, status: int
) -> None:
    vendor.status = status
    with pytest.raises(SendingFailed) as failed:
        await _send(specimen, vendor, means)
    assert failed.value.cause
    assert str(status) in str(failed.value)


async def test_a_redirect_is_not_followed(specimen: Specimen, vendor: Vendor, means: Means) -> None:
    vendor.status, vendor.headers = 302, {"location": f"{vendor.url}/elsewhere"}
    with pytest.raises(SendingFailed) as failed:
        await _send(specimen, vendor, means)
    assert failed.value.cause == "redirected"
    assert len(vendor.calls) == 1


@pytest.mark.parametrize(
    "body", [b"", b"<html>", b"[]", b"null", b'{"messages": 5, "sid": [], "id": {}}', b"\xff", b"[" * 300_000]
)
async def test_a_strange_answer_to_a_message_taken_is_survived(
    specimen: Specimen, vendor: Vendor, means: Means, body: bytes
) -> None:
    vendor.body = body
    assert isinstance(await _send(specimen, vendor, means), Sent)


async def test_a_vendor_that_hangs_is_tried_later(specimen: Specimen, vendor: Vendor, means: Means) -> None:
    vendor.hang = threading.Event()
    with pytest.raises(TryLater):
        await _send(specimen, vendor, means)


async def test_a_vendor_that_is_gone_is_tried_later(specimen: Specimen, means: Means) -> None:
    with vendor_on_loopback() as gone:
        pass
    with pytest.raises(TryLater):
        await _send(specimen, gone, means)


async def test_an_account_without_secrets_sends_nothing(specimen: Specimen, vendor: Vendor, means: Means) -> None:
    with pytest.raises(SendingFailed):
        await _send(specimen, vendor, means, account=replace(_account(specimen, vendor), secrets={}))
    assert vendor.calls == []


async def test_a_text_too_long_for_the_vendor_is_refused_here(specimen: Specimen, vendor: Vendor, means: Means) -> None:
    sends = registry()[specimen.account.channel].sends
    assert sends is not None
    if sends.max_length is None:
        return
    outgoing = replace(_outgoing(specimen), text="x" * (sends.max_length + 1))
    with pytest.raises(SendingFailed):
        await sends.send(outgoing, _account(specimen, vendor), means)
    assert vendor.calls == []


@pytest.mark.parametrize("status", [200, 401, 503])
async def test_a_check_says_in_words_how_it_stands(
    specimen: Specimen, vendor: Vendor, means: Means, status: int
) -> None:
    checks = registry()[specimen.account.channel].checks
    if checks is None:
        return
    vendor.status = status
    verdict = await checks.check(_account(specimen, vendor), means)
    assert verdict.works is (status == 200)
    assert len(verdict.words) > 10
