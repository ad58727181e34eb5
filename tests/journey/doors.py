"""The doors as journeys use them: each connects an account, and can deliver the same complaint again and again."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import secrets
import time
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode

import httpx

from tests.support import calling
from tests.support.house import House
from tests.support.imap_server import PASSWORD, USER, ImapServer
from tests.support.outside import Outside

COMPLAINT = "The parcel has not arrived and nobody answers. I want my money back."


@dataclass(frozen=True, kw_only=True)
class Door:
    """A connected door: `deliver` sends one and the same complaint, `answers` counts what came back out of it."""

    account: str
    deliver: Callable[[], None]
    answers: Callable[[], int]
    balance: bool = True


@dataclass(frozen=True, kw_only=True)
class Porch:
    """What a door is made from."""

    house: House
    ingest: httpx.Client
    outside: Outside
    mailboxes: ImapServer

    def connect(self, channel: str, settings: dict[str, Any], keys: dict[str, str] | None = None) -> str:
        """Connect an account of its own and return its name."""
        account = f"{channel.replace('_', '-')}-{secrets.token_hex(3)}"
        body = {"channel": channel, "title": "Acme", "settings": settings, "secrets": keys or {}}
        answer = self.ingest.put(f"/v1/accounts/{account}", json=body)
        assert answer.status_code == 201, answer.text
        return account

    def post(self, account: str, body: bytes, headers: dict[str, str]) -> None:
        """Deliver as the vendor does, without our API key."""
        url = f"{self.house.ingest_url}/v1/channels/{account}/deliveries"
        answer = calling.call("POST", url, content=body, headers=headers)
        assert answer.status_code == 200, answer.text


def email(porch: Porch) -> Door:
    """Mail by SMTP."""
    address, customer = f"care-{secrets.token_hex(3)}@acme.test", f"anna-{secrets.token_hex(3)}@example.test"
    settings = {"addresses": [address], "from": address, "relay_url": porch.outside.relay_url}
    account = porch.connect("email", settings)
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = customer, address, "Not arrived"
    mail["Message-ID"] = f"<{secrets.token_hex(8)}@example.test>"
    mail.set_content(COMPLAINT)

    def deliver() -> None:
        calling.mail(mail.as_bytes(), to=address, by=customer, smtp=porch.house.smtp)

    return Door(account=account, deliver=deliver, answers=lambda: len(porch.outside.mails_to(customer)))


def raw_mail(porch: Porch) -> Door:
    """The same mail uploaded over HTTP."""
    address, customer = f"care-{secrets.token_hex(3)}@acme.test", f"bea-{secrets.token_hex(3)}@example.test"
    settings = {"addresses": [address], "from": address, "relay_url": porch.outside.relay_url}
    account = porch.connect("email", settings)
    raw = f"From: {customer}\r\nTo: {address}\r\nSubject: Late\r\nMessage-ID: <{secrets.token_hex(8)}@x.test>\r\n\r\n"
    headers = porch.house.key | {"content-type": "message/rfc822"}
    body = (raw + COMPLAINT).encode()
    return Door(
        account=account,
        deliver=lambda: porch.post(account, body, headers),
        answers=lambda: len(porch.outside.mails_to(customer)),
    )


def imap(porch: Porch) -> Door:
    """A mailbox elsewhere, into which the same mail falls again and again."""
    mailbox, customer = f"INBOX.{secrets.token_hex(4)}", f"ida-{secrets.token_hex(3)}@example.test"
    with porch.mailboxes.client(mailbox):
        pass  # made before the account looks for it
    settings = {
        "host": "127.0.0.1", "port": porch.mailboxes.port, "tls": False, "username": USER, "mailbox": mailbox,
        "interval_seconds": 0.5, "from": USER, "relay_url": porch.outside.relay_url,
    }  # fmt: skip
    account = porch.connect("imap", settings, {"password": PASSWORD})
    raw = f"From: {customer}\r\nTo: {USER}\r\nSubject: Late\r\nMessage-ID: <{secrets.token_hex(8)}@x.test>\r\n\r\n"
    mail = (raw + COMPLAINT + "\r\n").encode()
    return Door(
        account=account,
        deliver=lambda: porch.mailboxes.append(mailbox, mail),
        answers=lambda: len(porch.outside.mails_to(customer)),
    )


def whatsapp(porch: Porch) -> Door:
    """A WhatsApp message."""
    number, customer, secret = str(secrets.randbelow(10**14)), f"39{secrets.randbelow(10**10):010}", "shh"
    keys = {"app_secret": secret, "verify_token": "v", "access_token": "t"}
    account = porch.connect("whatsapp", {"phone_number_id": number, "api_base_url": porch.outside.vendor_url}, keys)
    said = {"from": customer, "id": f"wamid.{secrets.token_hex(8)}", "timestamp": str(int(time.time())), "type": "text"}
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"phone_number_id": number},
        "contacts": [{"wa_id": customer}],
        "messages": [said | {"text": {"body": COMPLAINT}}],
    }
    entry = {"id": "waba", "changes": [{"field": "messages", "value": value}]}
    body = json.dumps({"object": "whatsapp_business_account", "entry": [entry]}).encode()
    return Door(
        account=account,
        deliver=lambda: porch.post(account, body, _meta(secret, body)),
        answers=lambda: len(porch.outside.calls_to(f"/{number}/messages")),
    )


def facebook_page(porch: Porch) -> Door:
    """A comment under a post of a page."""
    page, comment, secret = str(secrets.randbelow(10**14)), f"c_{secrets.randbelow(10**9)}", "shh"
    keys = {"app_secret": secret, "verify_token": "v", "access_token": "t"}
    account = porch.connect("facebook_page", {"page_id": page, "api_base_url": porch.outside.vendor_url}, keys)
    value = {
        "item": "comment", "verb": "add", "comment_id": comment, "post_id": f"{page}_1", "parent_id": f"{page}_1",
        "from": {"id": "77", "name": "Dario"}, "created_time": int(time.time()), "message": COMPLAINT,
    }  # fmt: skip
    entry = {"id": page, "time": int(time.time()), "changes": [{"field": "feed", "value": value}]}
    body = json.dumps({"object": "page", "entry": [entry]}).encode()
    return Door(
        account=account,
        deliver=lambda: porch.post(account, body, _meta(secret, body)),
        answers=lambda: len(porch.outside.calls_to(f"{comment}/comments")),
    )


def twilio_sms(porch: Porch) -> Door:
    """A text message."""
    token, url, customer = "tok", "https://care.example.test/sms", f"+39{secrets.randbelow(10**10):010}"
    settings = {"account_sid": "AC" + "0" * 32, "from_number": "+390000000000", "public_url": url}
    account = porch.connect("twilio_sms", settings | {"api_base_url": porch.outside.vendor_url}, {"auth_token": token})
    form = {"MessageSid": f"SM{secrets.token_hex(16)}", "From": customer, "To": "+390000000000", "Body": COMPLAINT}
    body = urlencode(form).encode()
    signed = (url + "".join(k + form[k] for k in sorted(form))).encode()
    mac = base64.b64encode(hmac.new(token.encode(), signed, hashlib.sha1).digest()).decode()
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": mac}

    def answers() -> int:
        return sum(call.fields.get("To") == customer for call in porch.outside.calls_to("Messages.json"))

    return Door(account=account, deliver=lambda: porch.post(account, body, headers), answers=answers)


def webhook(porch: Porch) -> Door:
    """Any system that signs by Standard Webhooks."""
    raw, message_id = secrets.token_bytes(24), f"msg_{secrets.token_hex(8)}"
    whsec = "whsec_" + base64.b64encode(raw).decode()
    hook = f"{porch.outside.vendor_url}/hook-{secrets.token_hex(3)}"
    account = porch.connect("webhook", {"reply_url": hook}, {"signing_secret": whsec})
    body = json.dumps({"text": COMPLAINT, "contact": {"handle": message_id}}).encode()

    def deliver() -> None:
        stamp = str(int(time.time()))
        signed = f"{message_id}.{stamp}.".encode() + body
        mac = base64.b64encode(hmac.new(raw, signed, hashlib.sha256).digest()).decode()
        porch.post(
            account,
            body,
            {"webhook-id": message_id, "webhook-timestamp": stamp, "webhook-signature": f"v1,{mac}"},
        )

    return Door(account=account, deliver=deliver, answers=lambda: len(porch.outside.calls_to(hook.rpartition("/")[2])))


def web_form(porch: Porch) -> Door:
    """The form, posted twice by an impatient finger."""
    customer = f"carla-{secrets.token_hex(3)}@example.test"
    account = porch.connect("web_form", {"title": "Reclami", "languages": ["en", "it"], "allowed_origins": []})
    form = {"text": COMPLAINT, "email": customer, "name": "Carla", "submission": secrets.token_urlsafe(18)}

    def deliver() -> None:
        answer = calling.call("POST", f"{porch.house.ingest_url}/forms/{account}", data=form)
        assert answer.status_code == 200, answer.text

    return Door(account=account, deliver=deliver, answers=lambda: len(porch.outside.mails_to(customer)))


def rest(porch: Porch) -> Door:
    """The API."""
    customer, key = f"dora-{secrets.token_hex(3)}@example.test", secrets.token_hex(8)
    body = {"text": COMPLAINT, "channel": "phone", "contact": {"email": customer}}

    def deliver() -> None:
        answer = porch.ingest.post("/v1/complaints", json=body, headers={"Idempotency-Key": key})
        assert answer.status_code == 202, answer.text

    # All clients of the API share one account, so its books hold other tests' complaints too.
    return Door(account="rest", deliver=deliver, answers=lambda: len(porch.outside.mails_to(customer)), balance=False)


DOORS = {
    door.__name__: door
    for door in (email, raw_mail, imap, whatsapp, facebook_page, twilio_sms, webhook, web_form, rest)
}


def _meta(secret: str, body: bytes) -> dict[str, str]:
    mac = hmac.new(secret.encode(), body, hashlib.sha256).hexdigest()
    return {"content-type": "application/json", "x-hub-signature-256": f"sha256={mac}"}
