"""A mail account, and a relay on loopback that keeps what it is handed."""

from __future__ import annotations

import email
import email.policy
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from email.message import EmailMessage
from typing import Any

import msgspec
from aiosmtpd.controller import Controller

from deploy.local import ports
from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channel.inbound import InboundMessage
from shared.channels.email import channel
from shared.channels.email.settings import EmailSettings

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)


TOKEN = "abcdefghj-abcdefghijklmnop"


def account_of(**settings: Any) -> Account:
    base = {"addresses": ["care@acme.test"], "from": "care@acme.test", "relay_url": "smtp://127.0.0.1:1"}
    return Account(
        account="mail-1", channel="email", title="Acme", settings=msgspec.convert(base | settings, EmailSettings)
    )


def read(raw: bytes, *, envelope: dict[str, str] | None = None, **settings: Any) -> InboundMessage:
    assert channel.receives is not None
    delivery = Delivery(account="mail-1", received_at=NOW, body=raw, envelope=envelope or {})
    (message,) = channel.receives.parse(delivery, account_of(**settings)).messages
    return message


class Relay:
    """Keeps every mail; answers RCPT and DATA as told."""

    def __init__(self) -> None:
        self.mails: list[EmailMessage] = []
        self.raw: list[bytes] = []
        self.recipients: list[str] = []
        self.rcpt = self.data = "250 OK"

    async def handle_RCPT(  # noqa: N802 - aiosmtpd's name
        self, _server: Any, _session: Any, envelope: Any, address: str, _options: Any
    ) -> str:
        if self.rcpt.startswith("250"):
            envelope.rcpt_tos.append(address)
            self.recipients.append(address)
        return self.rcpt

    async def handle_DATA(self, _server: Any, _session: Any, envelope: Any) -> str:  # noqa: N802 - aiosmtpd's name
        if self.data.startswith("250"):
            self.raw.append(envelope.content)
            self.mails.append(email.message_from_bytes(envelope.content, policy=email.policy.default))
        return self.data


@contextmanager
def relay_running(**options: Any) -> Iterator[tuple[Relay, str]]:
    relay, port = Relay(), ports.any_free()
    controller = Controller(relay, hostname="127.0.0.1", port=port, **options)
    controller.start()
    try:
        yield relay, f"smtp://127.0.0.1:{port}"
    finally:
        controller.stop()
