"""Sends a sample through the door it takes, as the vendor or the customer's program would."""

from __future__ import annotations

import base64
import email.policy
import hashlib
import hmac
import json
import re
import secrets
import smtplib
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import urlencode

import httpx

from deploy.local.channels import MAILBOX, PAGE_ID, PHONE_NUMBER_ID, SMS_URL, Accounts
from deploy.local.faults import CannotGoOn
from deploy.local.samples import Sample
from deploy.standins.mailbox import ADDRESS

_REFERENCE = re.compile(r"\b[A-HJKMNP-TV-Z2-9]{9}\b")


@dataclass(frozen=True, slots=True, kw_only=True)
class Doors:
    """Where a running house takes complaints, and as whom."""

    ingest_url: str
    responder_url: str
    smtp: str
    relay: str
    api_key: str
    accounts: Accounts

    @property
    def key(self) -> dict[str, str]:
        """The header that opens the doors of programs."""
        return {"Authorization": f"Bearer {self.api_key}"}


def send(sample: Sample, doors: Doors, ingest: httpx.Client) -> str | None:
    """Send one sample; its reference where the door tells it at once, else None."""
    return _DOORS[sample.door](sample, doors, ingest)


def _by_mail(sample: Sample, doors: Doors, ingest: httpx.Client) -> None:  # noqa: ARG001  all doors are called alike
    _send_mail(sample, to=MAILBOX, server=doors.smtp)


def _by_mailbox(sample: Sample, doors: Doors, ingest: httpx.Client) -> None:  # noqa: ARG001
    """The mail lies in a mailbox elsewhere; the house comes to read it."""
    _send_mail(sample, to=ADDRESS, server=doors.relay)


def _send_mail(sample: Sample, *, to: str, server: str) -> None:
    mail = EmailMessage()
    mail["From"], mail["To"], mail["Subject"] = f"{sample.name} <{sample.sender}>", to, sample.subject
    mail["Message-ID"] = f"<{secrets.token_hex(8)}@example.test>"
    mail.set_content(sample.text)
    host, _, port = server.rpartition(":")
    with smtplib.SMTP(host, int(port), timeout=20) as client:
        client.sendmail(sample.sender, [to], mail.as_bytes(policy=email.policy.SMTP))


def _by_whatsapp(sample: Sample, doors: Doors, ingest: httpx.Client) -> None:
    message = {"from": sample.sender, "id": f"wamid.{secrets.token_hex(10)}", "timestamp": _now(), "type": "text",
               "text": {"body": sample.text}}  # fmt: skip
    value = {
        "messaging_product": "whatsapp",
        "metadata": {"display_phone_number": "39000", "phone_number_id": PHONE_NUMBER_ID},
        "contacts": [{"profile": {"name": sample.name}, "wa_id": sample.sender}],
        "messages": [message],
    }
    entry = {"id": "sample", "changes": [{"field": "messages", "value": value}]}
    _deliver_by_meta("whatsapp", {"object": "whatsapp_business_account", "entry": [entry]}, doors, ingest)


def _by_facebook(sample: Sample, doors: Doors, ingest: httpx.Client) -> None:
    post = f"{PAGE_ID}_1"
    value = {
        "item": "comment",
        "verb": "add",
        "comment_id": f"{post}_{secrets.randbelow(10**12)}",
        "post_id": post,
        "parent_id": post,
        "from": {"id": sample.sender, "name": sample.name},
        "created_time": int(_now()),
        "message": sample.text,
    }
    entry = {"id": PAGE_ID, "time": int(_now()), "changes": [{"field": "feed", "value": value}]}
    _deliver_by_meta("facebook_page", {"object": "page", "entry": [entry]}, doors, ingest)


def _deliver_by_meta(channel: str, notification: Mapping[str, Any], doors: Doors, ingest: httpx.Client) -> None:
    body = json.dumps(notification).encode()
    secret = doors.accounts.secrets[channel]["app_secret"].encode()
    signature = "sha256=" + hmac.new(secret, body, hashlib.sha256).hexdigest()
    _deliver(channel, body, {"content-type": "application/json", "x-hub-signature-256": signature}, doors, ingest)


def _by_sms(sample: Sample, doors: Doors, ingest: httpx.Client) -> None:
    form = {"MessageSid": f"SM{secrets.token_hex(16)}", "From": sample.sender, "To": "+390000000000",
            "Body": sample.text, "NumMedia": "0"}  # fmt: skip
    said = (SMS_URL + "".join(name + form[name] for name in sorted(form))).encode()
    token = doors.accounts.secrets["twilio_sms"]["auth_token"].encode()
    signature = base64.b64encode(hmac.new(token, said, hashlib.sha1).digest()).decode()
    headers = {"content-type": "application/x-www-form-urlencoded", "x-twilio-signature": signature}
    _deliver("twilio_sms", urlencode(form).encode(), headers, doors, ingest)


def _by_webhook(sample: Sample, doors: Doors, ingest: httpx.Client) -> None:
    body = json.dumps({"text": sample.text, "contact": {"name": sample.name, "email": sample.sender}}).encode()
    number, at = f"msg_{secrets.token_hex(8)}", _now()
    secret = base64.b64decode(doors.accounts.secrets["webhook"]["signing_secret"].removeprefix("whsec_"))
    signature = base64.b64encode(hmac.new(secret, f"{number}.{at}.".encode() + body, hashlib.sha256).digest()).decode()
    headers = {"content-type": "application/json", "webhook-id": number, "webhook-timestamp": at,
               "webhook-signature": f"v1,{signature}"}  # fmt: skip
    _deliver("webhook", body, headers, doors, ingest)


def _by_form(sample: Sample, doors: Doors, ingest: httpx.Client) -> str | None:
    fields = {"text": sample.text, "email": sample.sender, "name": sample.name}
    answer = ingest.post(f"/forms/{doors.accounts.names['web_form']}", data=fields, follow_redirects=True)
    _check("web_form", answer)
    found = _REFERENCE.search(answer.text)
    return found.group() if found else None


def _by_rest(sample: Sample, doors: Doors, ingest: httpx.Client) -> str:
    complaint = {"text": sample.text, "subject": sample.subject, "channel": "phone",
                 "contact": {"name": sample.name, "email": sample.sender}}  # fmt: skip
    headers = doors.key | {"Idempotency-Key": secrets.token_hex(8)}
    answer = ingest.post("/v1/complaints", json=complaint, headers=headers)
    _check("rest", answer)
    return str(answer.json()["reference"])


def _deliver(channel: str, body: bytes, headers: dict[str, str], doors: Doors, ingest: httpx.Client) -> None:
    path = f"/v1/channels/{doors.accounts.names[channel]}/deliveries"
    _check(channel, ingest.post(path, content=body, headers=headers))


def _check(channel: str, answer: httpx.Response) -> None:
    if answer.is_error:
        raise CannotGoOn(
            f"A sample complaint was not taken by {channel}",
            why=f"ingest answers {answer.status_code}: {answer.text[:300]}",
            mend="see .local/log/ingest.log",
        )


def _now() -> str:
    return str(int(time.time()))


_DOORS: Mapping[str, Callable[[Sample, Doors, httpx.Client], str | None]] = {
    "email": _by_mail,
    "imap": _by_mailbox,
    "whatsapp": _by_whatsapp,
    "facebook_page": _by_facebook,
    "twilio_sms": _by_sms,
    "webhook": _by_webhook,
    "web_form": _by_form,
    "rest": _by_rest,
}
