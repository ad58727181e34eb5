"""One person's complaints through several doors, every personal thing about them a word that stands nowhere else."""

from __future__ import annotations

import base64
import json
import secrets
import smtplib
from dataclasses import dataclass, field
from email.message import EmailMessage
from typing import Any

import httpx
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer

from tests.integration.hostile import numbers
from tests.integration.hostile.signed import signature
from tests.support.house import House
from tests.support.waiting import until


def mark(what: str) -> str:
    """Return a word that stands nowhere else and says what it marks."""
    return f"{what}zq{secrets.token_hex(5)}"


@dataclass(kw_only=True)
class Person:
    """Whom nobody may find in a log."""

    name: str = field(default_factory=lambda: mark("name"))
    email: str = field(default_factory=lambda: f"{mark('mail')}@example.test")
    phone: str = field(default_factory=lambda: f"+39{secrets.randbelow(10**10):010}")
    handle: str = field(default_factory=lambda: mark("handle"))
    text: str = field(default_factory=lambda: mark("text"))
    subject: str = field(default_factory=lambda: mark("subject"))
    file: str = field(default_factory=lambda: mark("file"))
    content: str = field(default_factory=lambda: mark("content"))
    reply: str = field(default_factory=lambda: mark("reply"))
    order: str = field(default_factory=lambda: mark("order"))
    note: str = field(default_factory=lambda: mark("note"))
    secret: str = field(default_factory=lambda: mark("secret"))
    iban: str = field(default_factory=numbers.iban)
    card: str = field(default_factory=numbers.card)
    tax_code: str = field(default_factory=numbers.tax_code)
    told_phone: str = field(default_factory=numbers.telephone)
    told_email: str = field(default_factory=lambda: f"{mark('told')}@example.test")

    def marks(self, *, but: tuple[str, ...] = ()) -> dict[str, str]:
        """Return every mark by what it is."""
        return {name: value for name, value in vars(self).items() if name not in but}

    @property
    def complaint(self) -> str:
        """What they write, with all that they had better not."""
        return (
            f"The parcel of order AB-44821 is late. {self.text} Refund 49.90 EUR to {self.iban} or to my card"
            f" {self.card}, tax code {self.tax_code}. Ring {self.told_phone} or write to {self.told_email}."
        )

    def numbers(self) -> dict[str, str]:
        """Return what of it is personal or payment data that stands in the text alone."""
        return {name: getattr(self, name) for name in ("iban", "card", "tax_code", "told_phone", "told_email")}

    def written(self) -> dict[str, Any]:
        """Return the complaint as a client writes it."""
        contact = {"name": self.name, "email": self.email, "phone": self.phone, "handle": self.handle}
        attached = {"name": f"{self.file}.txt", "content_base64": base64.b64encode(self.content.encode()).decode()}
        return {
            "text": self.complaint, "subject": self.subject, "contact": contact,
            "order_reference": self.order, "attachments": [attached], "metadata": {"note": self.note},
        }  # fmt: skip


def by_rest(person: Person, ingest: httpx.Client) -> dict[str, str]:
    """Complain over REST, once rightly and once wrongly; return the answer."""
    headers = {"Idempotency-Key": person.handle}
    ingest.post("/v1/complaints", json=person.written() | {"segment": person.text + "!"}, headers=headers)
    answer: dict[str, str] = ingest.post("/v1/complaints", json=person.written(), headers=headers).json()
    return answer


def by_form(person: Person, ingest: httpx.Client) -> None:
    """Complain by the form, once with a mistake."""
    written = {"text": person.complaint, "name": person.name, "phone": person.phone, "order_reference": person.order}
    for email in (person.name, person.email):
        ingest.post("/forms/form", data=written | {"email": email})


def by_webhook(person: Person, ingest: httpx.Client, account: str) -> None:
    """Complain by a signed delivery, an unreadable one, and a forged one."""
    readable = json.dumps(person.written()).encode()
    for body, headers in (
        (readable, signature(readable)),
        (readable[:-9], signature(readable[:-9])),
        (readable, signature(readable) | {"webhook-signature": "v1," + person.secret}),
    ):
        ingest.post(f"/v1/channels/{account}/deliveries", content=body, headers=headers)


def by_mail(person: Person, house: House) -> None:
    """Complain by mail, and to an address that nobody has."""
    host, _, port = house.smtp.partition(":")
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f'"{person.name}" <{person.email}>', "care@acme.test", person.subject
    mail.set_content(person.complaint)
    mail.add_attachment(person.content.encode(), maintype="text", subtype="plain", filename=f"{person.file}.txt")
    with smtplib.SMTP(host, int(port), timeout=20) as client:
        until("known", lambda: not client.sendmail(person.email, ["care@acme.test"], mail.as_bytes()))
        client.mail(person.email)
        client.rcpt(f"{person.handle}@acme.test")


async def poison(person: Person, house: House) -> None:
    """Put a record that no service can read, with the person's words in it, on each topic."""
    producer = AIOKafkaProducer(bootstrap_servers=house.kafka_bootstrap_servers)
    await producer.start()
    try:
        for topic, kind in (("received", "message.received"), ("routed", "complaint.routed")):
            headers = {
                "ce_specversion": "1.0", "ce_id": "7b1c2f0e-0000-4000-8000-" + secrets.token_hex(6),
                "ce_type": f"ascolto.{kind}.v1", "ce_source": "ingest", "ce_time": "2026-11-22T00:00:00Z",
            }  # fmt: skip
            await producer.send_and_wait(
                f"{house.topic_prefix}complaints.{topic}.v1",
                key=b"poison",
                value=json.dumps(
                    {"text": person.complaint, "sender": {"name": person.name, "email": person.email}}
                ).encode(),
                headers=[(name, value.encode()) for name, value in headers.items()],
            )
    finally:
        await producer.stop()


async def bodies(house: House, topic: str) -> list[bytes]:
    """Return the bodies, keys and headers of everything on a topic."""
    consumer = AIOKafkaConsumer(
        house.topic_prefix + topic, bootstrap_servers=house.kafka_bootstrap_servers, auto_offset_reset="earliest"
    )
    await consumer.start()
    try:
        found = []
        while batch := await consumer.getmany(timeout_ms=2500):
            for record in (record for records in batch.values() for record in records):
                found.append(b" ".join([record.value or b"", record.key or b"", repr(record.headers).encode()]))
        return found
    finally:
        await consumer.stop()
