"""Mail of 9 KB: read by the e-mail channel, and handed over at the real SMTP door until 250, which means committed."""

from __future__ import annotations

import secrets
import subprocess
import sys
import time

import msgspec
import pytest

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.email import channel
from shared.channels.email.settings import EmailSettings
from shared.clock import SystemClock
from tests.bench.doors import published
from tests.bench.mails import mails
from tests.bench.report import Report
from tests.bench.rounds import Measured, round_robin
from tests.bench.sizes import Sizes
from tests.bench.smtp_load import MailOrder
from tests.bench.table import Figure
from tests.support.house import House, running_house
from tests.support.run import CHECKOUT
from tests.support.stack import Stack

pytestmark = pytest.mark.bench

HELPDESK_MAILS_A_SECOND = 35
"""django-helpdesk's import of such mails, measured elsewhere: not in this run, and not on this machine."""


def test_mail_is_taken_in_fast(stack: Stack, report: Report, sizes: Sizes) -> None:
    with running_house(stack) as house:
        house.stop("router", "responder")
        recipient = _connect(house)
        order = MailOrder(port=int(house.smtp.rpartition(":")[2]), recipient=recipient, mails=sizes.mails)

        def door() -> float:
            rate = _hand_over(order)
            published(house.database_url, "ingest")
            return rate

        _hand_over(msgspec.structs.replace(order, mails=100))
        found: Measured = round_robin(
            {"read": lambda: _read(sizes.mails, recipient=recipient), "taken by SMTP": door}, rounds=sizes.rounds
        )
    report.add(
        Figure(
            measure="mails/s taken by SMTP : django-helpdesk's 35, measured elsewhere",
            values=[rate / HELPDESK_MAILS_A_SECOND for rate in found["taken by SMTP"]],
            must=15,
            aim=50,
            note="9 KB, 16 sessions, answered 250 after the commit; read in a worker process that can be killed",
            parts={"taken by SMTP, mails/s": found["taken by SMTP"], "read alone, mails/s of one core": found["read"]},
        )
    )


def _connect(house: House) -> str:
    recipient = f"care-{secrets.token_hex(3)}@acme.test"
    settings = {"addresses": [recipient], "from": recipient, "relay_url": "smtp://127.0.0.1:1"}
    body = {"channel": "email", "title": "Bench", "settings": settings, "secrets": {}}
    with house.client("ingest") as ingest:
        answer = ingest.put("/v1/accounts/bench-mail", json=body)
        assert answer.status_code == 201, answer.text
    return recipient


def _hand_over(order: MailOrder) -> float:
    command = [sys.executable, "-m", "tests.bench.smtp_load", msgspec.json.encode(order).decode()]
    done = subprocess.run(command, cwd=CHECKOUT, capture_output=True, text=True, timeout=300, check=False)
    assert done.returncode == 0, done.stderr[-2000:]
    return float(done.stdout)


def _read(number: int, *, recipient: str) -> float:
    settings = msgspec.convert(
        {"addresses": [recipient], "from": recipient, "relay_url": "smtp://127.0.0.1:1"}, EmailSettings
    )
    account = Account(account="bench", channel="email", title="Bench", settings=settings)
    assert channel.receives is not None
    now = SystemClock().now()
    waiting = [Delivery(account="bench", received_at=now, body=mail) for mail in mails(number, recipient=recipient)]
    began = time.perf_counter()
    for delivery in waiting:
        assert len(channel.receives.parse(delivery, account).messages) == 1
    return number / (time.perf_counter() - began)
