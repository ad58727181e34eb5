"""No room for the database or for blobs: every door says "later", nothing acknowledged is lost, all goes on after."""

from __future__ import annotations

import resource
import secrets
import smtplib
import time
from collections import Counter
from collections.abc import Callable, Iterator
from email.message import EmailMessage
from pathlib import Path

import asyncpg
import httpx
import psutil  # type: ignore[import-untyped]
import pytest

from tests.chaos import full_disk, sizes
from tests.chaos.audit import audit
from tests.chaos.figures import tell
from tests.chaos.load import Load
from tests.integration.messaging.own_database import OwnDatabase
from tests.support.house import House, running_house
from tests.support.outside import Outside
from tests.support.stack import Stack
from tests.support.waiting import outside_loop, until

FULL_S = 12.0
"""How long it stays full: consumers, relays, timers and senders all meet it more than once."""

ROOM_FOR_BLOBS = 96 * 1024
LONG = "has not arrived. " + "包裹还没有到。" * 14_000
"""Longer than what stays in a row: it goes to the blob store."""

pytestmark = [pytest.mark.chaos, pytest.mark.timeout(400)]
Act = Callable[[], None]


def mailbox(house: House) -> str:
    """Connect an address and return it once SMTP takes mail for it."""
    address = f"care-{secrets.token_hex(3)}@acme.test"
    settings = {"addresses": [address], "from": address, "relay_url": "smtp://127.0.0.1:9"}
    with house.client("ingest") as client:
        body = {"channel": "email", "title": "Acme", "settings": settings, "secrets": {}}
        assert client.put(f"/v1/accounts/mail-{secrets.token_hex(3)}", json=body).status_code == 201
    return address


def mailed(house: House, address: str, text: str) -> int:
    """Send a mail and return what the last answer to it was."""
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = "anna@example.test", address, "Complaint"
    mail["Message-ID"] = f"<{secrets.token_hex(8)}@example.test>"
    mail.set_content(text)
    host, _, port = house.smtp.partition(":")
    try:
        with smtplib.SMTP(host, int(port), timeout=20) as client:
            client.sendmail("anna@example.test", [address], mail.as_bytes())
    except smtplib.SMTPRecipientsRefused as refused:
        return refused.recipients[address][0]
    except smtplib.SMTPResponseException as refused:
        return refused.smtp_code
    return 250


class Doors:
    """One try after the other at both doors; `refused` says how often, `taken` what each door has promised to keep."""

    def __init__(self, house: House, *, text: str) -> None:
        self._house = house
        self._text = text
        self._address = mailbox(house)
        until("mail is taken", lambda: mailed(house, self._address, "Where is it?") == 250, within_s=20)
        self.taken: Counter[str] = Counter(mail=1)
        self.refused: Counter[str] = Counter()
        self.slowest_s = 0.0

    def knock(self) -> bool:
        """Try both: each takes it, or says that it should come again, within seconds; tell whether both took it."""
        began = time.monotonic()
        answer = httpx.post(
            f"{self._house.ingest_url}/v1/complaints",
            json={"text": self._text},
            headers=self._house.key | {"Idempotency-Key": secrets.token_hex(8)},
            timeout=15,
        )
        self.slowest_s = max(self.slowest_s, time.monotonic() - began)
        assert self.slowest_s < 6
        assert answer.status_code == 202 or int(answer.headers["retry-after"]) > 0, answer.text
        by_http = self._note("http", answer.status_code, {202: True, 503: False})
        by_mail = self._note("mail", mailed(self._house, self._address, self._text), {250: True, 451: False})
        return by_http and by_mail

    def _note(self, door: str, status: int, known: dict[int, bool]) -> bool:
        assert status in known, f"{door} answered {status}"
        (self.taken if known[status] else self.refused)[door] += 1
        return known[status]


def while_full(
    what: str, house: House, outside: Outside, *, fill: Act, room: Act, text: str, nothing_goes: bool = True
) -> None:
    """Fill, look at the doors, make room, audit; `nothing_goes`: every write fails, not only one that needs room."""
    doors = Doors(house, text=text)
    try:
        with Load(house, count=100, pause_s=0.2, text=text) as load:
            until("under way", lambda: len(load.acknowledged) > 10, within_s=20)
            fill()
            until("refused", lambda: load.statuses[503] > 0, within_s=30)
            full_until = time.monotonic() + FULL_S
            while time.monotonic() < full_until:
                doors.knock()
                time.sleep(1)
            assert set(doors.refused) == {"http", "mail"}, doors.refused
            assert not nothing_goes or doors.taken == {"mail": 1}
            meanwhile = len(load.acknowledged)
            room()
            began = time.monotonic()
            until("taken again", lambda: len(load.acknowledged) > meanwhile, within_s=30)
            again_s = time.monotonic() - began
    finally:
        room()
    assert set(load.statuses) <= {202, 503}, load.statuses
    until("both doors are open", doors.knock, within_s=10)
    # The mailbox's own relay does not exist: its complaints are stored and at work, and stay unanswered.
    audit(house, load.acknowledged, outside=outside, within_s=90)
    assert stored(house) >= len(load.acknowledged) + doors.taken.total()
    tell(
        what,
        answers=dict(load.statuses),
        doors_refused=dict(doors.refused),
        slowest_answer_s=round(max(load.slowest_s, doors.slowest_s), 1),
        taken_again_after_s=round(again_s, 1),
    )


def stored(house: House) -> int:
    return outside_loop(_count(house.database_url))


async def _count(url: str) -> int:
    connection = await asyncpg.connect(url, timeout=10)
    try:
        return int(await connection.fetchval("SELECT count(*) FROM ingest.messages"))
    finally:
        await connection.close()


def test_a_database_that_finds_its_disk_full(own_house: House, outside: Outside) -> None:
    url = own_house.database_url
    while_full(
        "database refuses every write with 53100",
        own_house,
        outside,
        fill=lambda: outside_loop(full_disk.refuse_writes(url)),
        room=lambda: outside_loop(full_disk.take_writes(url)),
        text="has not arrived.",
    )


def test_a_database_that_only_reads_as_after_a_failover(own_house: House, stack: Stack, outside: Outside) -> None:
    url, admin = own_house.database_url, stack.database_url
    while_full(
        "database only reads",
        own_house,
        outside,
        fill=lambda: outside_loop(full_disk.only_read(url, admin_url=admin, only=True)),
        room=lambda: outside_loop(full_disk.only_read(url, admin_url=admin, only=False)),
        text="has not arrived.",
    )


@pytest.fixture
def disk() -> Iterator[Path]:
    with full_disk.small_disk(megabytes=sizes.DISK_MB) as place:
        yield place


@pytest.fixture
def cramped_database(disk: Path) -> Iterator[OwnDatabase]:
    database = OwnDatabase(disk)
    try:
        yield database
    finally:
        full_disk.make_room(disk)
        database.kill()


def test_a_database_on_a_disk_that_is_truly_full(
    stack: Stack, disk: Path, cramped_database: OwnDatabase, relay_settings: dict[str, str], outside: Outside
) -> None:
    own = Stack(database_url=cramped_database.url, kafka_bootstrap_servers=stack.kafka_bootstrap_servers)

    def room() -> None:
        full_disk.make_room(disk)
        cramped_database.start()  # it ends by itself when not even its log finds room; its supervisor starts it again

    with running_house(own, extra=relay_settings) as house:
        while_full(
            f"database's disk of {sizes.DISK_MB} MB is full",
            house,
            outside,
            fill=lambda: full_disk.fill(disk),
            room=room,
            text="has not arrived. " + "I wait and wait. " * 2_000,
            nothing_goes=False,
        )


@pytest.mark.skipif(not hasattr(psutil.Process, "rlimit"), reason="limits of another process can be set on Linux alone")
def test_a_blob_store_without_room(own_house: House, outside: Outside) -> None:
    ingest = psutil.Process(own_house.pid("ingest"))
    everything = ingest.rlimit(resource.RLIMIT_FSIZE)
    while_full(
        "blob store takes no file",
        own_house,
        outside,
        fill=lambda: ingest.rlimit(resource.RLIMIT_FSIZE, (ROOM_FOR_BLOBS, everything[1])),
        room=lambda: ingest.rlimit(resource.RLIMIT_FSIZE, everything),
        text=LONG,
    )
    half_made = [file for file in (own_house.folder / "blobs").rglob("*") if "#" in file.name]
    assert not half_made, "what did not fit is left behind, and takes the room that is missing"
