"""Whoever changes where a secret is sent gives the secret again: nobody reads it by having it sent to themselves."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from shared.channel_registry import registry
from tests.integration.ingest.conftest import RunningIngest

META = {"app_secret": "s", "verify_token": "v", "access_token": "t"}
MAIL = {"from": "care@acme.test", "relay_url": "smtp://relay.acme.test"}
ACCOUNTS: dict[str, tuple[dict[str, Any], dict[str, str]]] = {
    "email": (MAIL | {"addresses": ["care@acme.test"]}, {"relay_password": "p"}),
    "imap": (MAIL | {"host": "imap.acme.test", "username": "u"}, {"password": "p", "relay_password": "r"}),
    "whatsapp": ({"phone_number_id": "1", "api_base_url": "https://graph.acme.test"}, META),
    "facebook_page": ({"page_id": "1", "api_base_url": "https://graph.acme.test"}, META),
    "twilio_sms": (
        {"account_sid": "AC" + "0" * 32, "from_number": "+390000000000", "public_url": "https://acme.test/sms"},
        {"auth_token": "t"},
    ),
    "telegram": ({}, {"webhook_secret": "w" * 20, "bot_token": "7:" + "t" * 30}),
    "messenger": ({"page_id": "1", "api_base_url": "https://graph.acme.test"}, META),
    "instagram_direct": ({"instagram_id": "1", "api_base_url": "https://graph.acme.test"}, META),
    "line": ({}, {"channel_secret": "s", "access_token": "t"}),
    "slack": ({}, {"signing_secret": "s", "bot_token": "t"}),
    "instagram_comments": ({"instagram_id": "1", "api_base_url": "https://graph.acme.test"}, META),
    "trustpilot": ({"business_unit_id": "0" * 24}, {"webhook_password": "w" * 20, "api_secret": "s"}),
    "google_play": ({"package_name": "com.acme"}, {"service_account_key": "{}"}),
    "app_store": ({"app_id": "1", "key_id": "A"}, {"private_key": "k"}),
    "mastodon": ({"server_url": "https://social.acme.test"}, {"access_token": "t"}),
    "bluesky": ({"handle": "acme.test"}, {"app_password": "p"}),
    "webhook": ({"reply_url": "https://acme.test/replies"}, {"signing_secret": "whsec_" + "QUJD" * 8}),
}
MOVES: list[tuple[str, dict[str, Any], list[str]]] = [
    ("email", {"relay_url": "smtp://relay.evil.test"}, ["relay_password"]),
    ("imap", {"host": "imap.evil.test"}, ["password"]),
    ("imap", {"port": 1993}, ["password"]),
    ("imap", {"relay_url": "smtps://relay.evil.test"}, ["password", "relay_password"]),
    ("whatsapp", {"api_base_url": "https://graph.evil.test"}, ["access_token"]),
    ("facebook_page", {"api_base_url": "https://graph.evil.test"}, ["access_token"]),
    ("twilio_sms", {"api_base_url": "https://api.evil.test"}, ["auth_token"]),
    ("telegram", {"api_base_url": "https://api.evil.test"}, ["bot_token"]),
    ("messenger", {"api_base_url": "https://graph.evil.test"}, ["access_token"]),
    ("instagram_direct", {"api_base_url": "https://graph.evil.test"}, ["access_token"]),
    ("line", {"api_base_url": "https://api.evil.test"}, ["access_token"]),
    ("line", {"content_base_url": "https://api.evil.test"}, ["access_token"]),
    ("slack", {"api_base_url": "https://api.evil.test"}, ["bot_token"]),
    ("instagram_comments", {"api_base_url": "https://graph.evil.test"}, ["access_token"]),
    ("trustpilot", {"api_base_url": "https://api.evil.test"}, ["api_secret"]),
    ("google_play", {"api_base_url": "https://api.evil.test"}, ["service_account_key"]),
    ("google_play", {"token_url": "https://api.evil.test"}, ["service_account_key"]),
    ("app_store", {"api_base_url": "https://api.evil.test"}, ["private_key"]),
    ("mastodon", {"server_url": "https://social.evil.test"}, ["access_token"]),
    ("bluesky", {"server_url": "https://sky.evil.test"}, ["app_password"]),
]
STAYS: list[tuple[str, dict[str, Any]]] = [
    ("email", {"from": "help@acme.test"}),
    ("imap", {"mailbox": "Reclami", "interval_seconds": 5}),
    ("imap", {"port": 993}),
    ("twilio_sms", {"public_url": "https://acme.test/other"}),
    ("whatsapp", {"phone_number_id": "2"}),
    ("webhook", {"reply_url": "https://elsewhere.test/replies"}),
]


async def put(ingest: RunningIngest, channel: str, settings: dict[str, Any], secrets: dict[str, str]) -> httpx.Response:
    body = {"channel": channel, "title": "Acme", "settings": settings, "secrets": secrets}
    return await ingest.http.put("/v1/accounts/a", json=body, headers=ingest.key)


@pytest.mark.parametrize(("channel", "move", "again"), MOVES)
async def test_a_place_that_changes_asks_for_the_secrets_sent_there(
    ingest: RunningIngest, channel: str, move: dict[str, Any], again: list[str]
) -> None:
    settings, secrets = ACCOUNTS[channel]
    assert (await put(ingest, channel, settings, secrets)).status_code == 201

    refused = await put(ingest, channel, settings | move, {})
    assert refused.status_code == 422
    assert [error["pointer"] for error in refused.json()["errors"]] == [f"/secrets/{name}" for name in again]
    (moved,) = move
    for error in refused.json()["errors"]:
        assert f"`{moved}`" in error["detail"]
        assert "give this secret again" in error["detail"]
    kept = (await ingest.http.get("/v1/accounts/a", headers=ingest.key)).json()
    assert kept["settings"] == settings, "nothing was changed"

    all_but_one = dict.fromkeys(again[1:], "new")
    assert (await put(ingest, channel, settings | move, all_but_one)).status_code == 422
    assert (await put(ingest, channel, settings | move, dict.fromkeys(again, "new"))).status_code == 200


@pytest.mark.parametrize(("channel", "change"), STAYS)
async def test_other_changes_keep_the_secrets(ingest: RunningIngest, channel: str, change: dict[str, Any]) -> None:
    settings, secrets = ACCOUNTS[channel]
    assert (await put(ingest, channel, settings, secrets)).status_code == 201
    changed = await put(ingest, channel, settings | change, {})
    assert changed.status_code == 200, changed.text
    assert changed.json()["has_secrets"] == sorted(secrets)


def test_every_channel_says_where_its_secrets_go() -> None:
    for channel in registry().values():
        if channel.sent_to is None:
            assert not channel.secrets.__struct_fields__, f"{channel.name} does not say where its secrets go"
            continue
        settings = set(channel.settings.__struct_encode_fields__)
        assert channel.sent_to.keys() <= set(channel.secrets.__struct_encode_fields__)
        assert {name for names in channel.sent_to.values() for name in names} <= settings
