"""A mail that comes while the database hangs is asked to come again; a 250 is given for what is on disk alone."""

from __future__ import annotations

import smtplib
from collections.abc import Iterator

import pytest

from tests.integration.messaging.own_database import OwnDatabase, own_database
from tests.support.house import House, running_house
from tests.support.stack import Stack
from tests.support.stalls import Stopwatch
from tests.support.waiting import until

ADDRESS = "care@acme.test"


@pytest.fixture
def database() -> Iterator[OwnDatabase]:
    with own_database() as database:
        yield database


def _send(house: House, name: str) -> int:
    """Send a mail and return the code of the answer that decided."""
    mail = f"From: a@example.test\r\nTo: {ADDRESS}\r\nMessage-ID: <{name}@example.test>\r\n\r\nIt is late.\r\n"
    host, _, port = house.smtp.partition(":")
    with smtplib.SMTP(host, int(port), timeout=30) as client:
        try:
            client.sendmail("a@example.test", [ADDRESS], mail.encode())
        except smtplib.SMTPRecipientsRefused as refused:
            return refused.recipients[ADDRESS][0]
        except smtplib.SMTPDataError as refused:
            return refused.smtp_code
    return 250


def test_a_mail_is_put_off_while_the_database_hangs_and_taken_once_after(stack: Stack, database: OwnDatabase) -> None:
    own = Stack(database_url=database.url, kafka_bootstrap_servers=stack.kafka_bootstrap_servers)
    with running_house(own) as house, house.client("ingest") as ingest:
        settings = {"addresses": [ADDRESS], "from": ADDRESS, "relay_url": "smtp://127.0.0.1:1"}
        account = {"channel": "email", "title": "Care", "settings": settings, "secrets": {}}
        assert ingest.put("/v1/accounts/care", json=account).status_code == 201
        assert _send(house, "before") == 250
        database.freeze()
        with Stopwatch() as watch:
            assert _send(house, "during") == 451
        assert watch.seconds < 15, "a sender waits minutes for an answer, but not all do"
        database.thaw()
        until("taken at last", lambda: _send(house, "during") == 250, within_s=30)
        books = until("counted", lambda: _filed(ingest.get("/v1/balance", params={"account": "care"}).json(), 2))
        assert books["quarantined"] == books["refused"] == 0


def _filed(books: dict[str, int], number: int) -> dict[str, int]:
    return books if books["filed"] >= number else {}
