"""A sample account for each channel that the stand-ins can play, its vendor's address pointing to the stand-ins."""

from __future__ import annotations

import base64
import json
import secrets
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

import httpx

from deploy.local.faults import CannotGoOn
from deploy.local.layout import Layout, write_private
from deploy.local.ports import LOOPBACK
from deploy.local.standins import StandIns
from deploy.standins.mailbox import ADDRESS

MAILBOX = "complaints@ascolto.example"
SMS_URL = "https://ascolto.example/sms"
PHONE_NUMBER_ID = "390000000000001"
PAGE_ID = "390000000000002"


@dataclass(frozen=True, slots=True, kw_only=True)
class Accounts:
    """The accounts by channel, and the secrets with which the samples sign."""

    names: Mapping[str, str]
    secrets: Mapping[str, Mapping[str, str]]


def connected(layout: Layout) -> Accounts:
    """Return the accounts that `make run` has connected."""
    names = {channel: _account(channel) for channel in _CHANNELS}
    return Accounts(names=names, secrets=_secrets(layout))


def connect(layout: Layout, *, ingest_url: str, api_key: str, standins: StandIns) -> Accounts:
    """Connect the sample accounts; those of an earlier run are pointed to today's stand-ins."""
    kept = _secrets(layout)
    headers = {"Authorization": f"Bearer {api_key}"}
    names: dict[str, str] = {}
    with httpx.Client(base_url=ingest_url, headers=headers, timeout=20, trust_env=False) as ingest:
        for channel, settings in _settings(standins).items():
            names[channel] = _account(channel)
            _connect_one(ingest, channel, names[channel], settings, kept.get(channel, {}))
    return Accounts(names=names, secrets=kept)


def _connect_one(
    ingest: httpx.Client, channel: str, account: str, settings: Mapping[str, Any], secret: Mapping[str, str]
) -> None:
    body = {"channel": channel, "title": f"Sample {channel}", "settings": settings, "secrets": secret}
    answer = ingest.put(f"/v1/accounts/{account}", json=body)
    if answer.status_code not in (200, 201):
        raise CannotGoOn(
            f"The account {account} could not be connected",
            why=f"ingest answers {answer.status_code}: {answer.text[:500]}",
            mend="see .local/log/ingest.log",
        )


_CHANNELS = ("email", "imap", "whatsapp", "facebook_page", "twilio_sms", "webhook", "web_form")


def _account(channel: str) -> str:
    return f"sample-{channel.replace('_', '-')}"


def _settings(standins: StandIns) -> dict[str, dict[str, Any]]:
    return {
        "email": {"addresses": [MAILBOX], "from": MAILBOX, "relay_url": standins.relay_url},
        "imap": {
            "host": LOOPBACK,
            "port": standins.imap_port,
            "tls": False,
            "username": ADDRESS,
            "from": ADDRESS,
            "relay_url": standins.relay_url,
            "interval_seconds": 5,
        },
        "whatsapp": {"phone_number_id": PHONE_NUMBER_ID, "api_base_url": f"{standins.url}/graph"},
        "facebook_page": {"page_id": PAGE_ID, "api_base_url": f"{standins.url}/graph"},
        "twilio_sms": {
            "account_sid": "AC" + "0" * 32,
            "from_number": "+390000000000",
            "public_url": SMS_URL,
            "api_base_url": f"{standins.url}/twilio",
        },
        "webhook": {"reply_url": f"{standins.url}/your-system/replies"},
        "web_form": {"title": "Complaints", "languages": ["it", "en"], "allowed_origins": []},
    }


_MADE: Mapping[str, Mapping[str, Callable[[], str]]] = {
    "imap": {"password": lambda: secrets.token_hex(16)},
    "whatsapp": {name: lambda: secrets.token_hex(16) for name in ("app_secret", "verify_token", "access_token")},
    "facebook_page": {name: lambda: secrets.token_hex(16) for name in ("app_secret", "verify_token", "access_token")},
    "twilio_sms": {"auth_token": lambda: secrets.token_hex(16)},
    "webhook": {"signing_secret": lambda: "whsec_" + base64.b64encode(secrets.token_bytes(24)).decode()},
}


def _secrets(layout: Layout) -> dict[str, dict[str, str]]:
    """The secrets are made once and kept, readable by their owner only."""
    try:
        kept: dict[str, dict[str, str]] = json.loads(layout.secrets.read_text())
    except (OSError, ValueError):
        kept = {}
    made = {
        channel: {name: kept.get(channel, {}).get(name) or make() for name, make in wanted.items()}
        for channel, wanted in _MADE.items()
    }
    if made != kept:
        write_private(layout.secrets, json.dumps(made))
    return made
