"""The way out of channels that answer by mail, against a relay that listens on loopback."""

from __future__ import annotations

import email
import email.policy
import socket
from collections.abc import Iterator
from email.message import EmailMessage
from typing import Any
from uuid import UUID

import httpx
import pytest
from aiosmtpd.controller import Controller

from shared.channel.errors import SendingFailed
from shared.channel.outbound import MailRelay, Means, Outgoing, Sent
from shared.channel_registry import registry
from shared.faults import TryLater
from tests.contract.channels.specimen import Specimen

pytestmark = pytest.mark.concerns("mail")


class Relay:
    """Takes mail, or answers as it is told."""

    def __init__(self) -> None:
        self.answer = "250 OK"
        self.mails: list[EmailMessage] = []
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        self.controller = Controller(self, hostname="127.0.0.1", port=port)
        self.url = f"smtp://127.0.0.1:{port}"

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.answer.startswith("250"):
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return self.answer


@pytest.fixture
def relay() -> Iterator[Relay]:
    relay = Relay()
    relay.controller.start()
    yield relay
    relay.controller.stop()


async def _send(specimen: Specimen, relay: Relay | None) -> Sent:
    channel = registry()[specimen.account.channel]
    assert channel.receives is not None
    assert channel.sends is not None
    reply = channel.receives.parse(specimen.valid, specimen.account).messages[0].reply
    assert reply is not None
    outgoing = Outgoing(
        outbound_id=UUID("6f1d1e9c-4a3b-5c2d-8e7f-0123456789ab"),
        kind="acknowledgement",
        reference="ABCDEFGHJ",
        reply=reply,
        subject="Il suo reclamo ABCDEFGHJ",
        text="La risposta è attesa il 24/11.",
    )
    mail = MailRelay(url=relay.url, sender="care@acme.test", allow_private=True) if relay else None
    async with httpx.AsyncClient(trust_env=False) as http:
        return await channel.sends.send(outgoing, specimen.account, Means(http=http, mail=mail))


async def test_the_customer_gets_a_mail(specimen: Specimen, relay: Relay) -> None:
    sent = await _send(specimen, relay)
    (mail,) = relay.mails
    body = mail.get_body(("plain",))
    assert body is not None
    assert "La risposta è attesa" in body.get_content()
    assert mail["Auto-Submitted"] == "auto-replied"
    assert sent.provider_message_id == mail["Message-ID"]


async def test_a_second_attempt_is_the_same_mail(specimen: Specimen, relay: Relay) -> None:
    await _send(specimen, relay)
    await _send(specimen, relay)
    assert len({mail["Message-ID"] for mail in relay.mails}) == 1


async def test_a_relay_that_is_busy_is_tried_later(specimen: Specimen, relay: Relay) -> None:
    relay.answer = "451 later"
    with pytest.raises(TryLater):
        await _send(specimen, relay)


async def test_a_relay_that_refuses_is_final(specimen: Specimen, relay: Relay) -> None:
    relay.answer = "550 no"
    with pytest.raises(SendingFailed):
        await _send(specimen, relay)


async def test_without_a_relay_nothing_is_sent(specimen: Specimen) -> None:
    if specimen.account.channel in ("email", "imap"):
        return
    with pytest.raises(SendingFailed):
        await _send(specimen, None)
