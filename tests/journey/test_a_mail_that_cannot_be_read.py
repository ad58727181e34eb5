"""A mail that takes too long to read is not lost: it is listed, its bytes can be had, and replayed it is answered."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests.journey.asking import complaints
from tests.journey.doors import COMPLAINT, Porch
from tests.journey.mailing import mailbox
from tests.support.house import House, running_house
from tests.support.imap_server import ImapServer
from tests.support.outside import Outside
from tests.support.stack import Stack
from tests.support.waiting import until

HURRY = {"ASCOLTO_PARSE_TIMEOUT_S": "0.0001"}


@pytest.fixture
def house(stack: Stack) -> Iterator[House]:
    """A house of its own: ingest is restarted in it."""
    with running_house(stack) as found:
        yield found


def test_a_quarantined_mail_is_listed_handed_out_and_replayed(
    house: House, outside: Outside, mailboxes: ImapServer
) -> None:
    with house.client("ingest") as ingest, house.client("responder") as responder:
        box = mailbox(Porch(house=house, ingest=ingest, outside=outside, mailboxes=mailboxes))
        house.restart("ingest", extra=HURRY)
        anna = box.customer("anna")
        mail = anna.write(COMPLAINT)  # the relay was told 250: from here it is ours to keep
        [listed] = until("quarantined", lambda: _quarantined(ingest, box.account), within_s=20)
        assert listed["size_bytes"] >= len(mail)
        assert listed["cause"]
        path = f"/v1/deliveries/{listed['delivery_id']}"
        raw = ingest.get(f"{path}/raw")
        assert mail.replace(b"\r\n", b"\n").strip() in raw.content.replace(b"\r\n", b"\n")
        assert ingest.post(f"{path}/replay").status_code == 409
        assert complaints(responder, box.account) == []
        assert _books(ingest, box.account)["quarantined"] == 1

        house.restart("ingest")
        assert ingest.post(f"{path}/replay").json()["filed"] == 1
        assert "We have received your complaint" in str(anna.answer()["Subject"])
        assert len(complaints(responder, box.account)) == 1
        assert _quarantined(ingest, box.account) == []
        until("the books balance", lambda: _books(ingest, box.account)["filed"] == 1)
        assert _books(ingest, box.account)["quarantined"] == 0
        assert len(outside.mails_to(anna.address)) == 1


def _quarantined(ingest: httpx.Client, account: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = ingest.get("/v1/deliveries", params={"account": account}).json()["items"]
    return items


def _books(ingest: httpx.Client, account: str) -> dict[str, int]:
    counts: dict[str, int] = ingest.get("/v1/balance", params={"account": account}).json()
    assert counts["received"] == sum(n for kind, n in counts.items() if kind != "received")
    return counts
