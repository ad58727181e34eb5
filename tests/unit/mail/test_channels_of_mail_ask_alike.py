"""Whoever connects mail by SMTP or by IMAP is asked for the same things in the same words."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from shared.channel_registry import registry

COMMON = ("relay_url", "authserv_id", "own_lists")
ACCOUNT: dict[str, object] = {"from": "care@acme.test", "relay_url": "smtp://relay.acme.test:587"}
EACH: dict[str, dict[str, object]] = {
    "email": ACCOUNT | {"addresses": ["care@acme.test"]},
    "imap": ACCOUNT | {"host": "imap.acme.test", "username": "care@acme.test"},
}


def asked(channel: str) -> dict[str, Any]:
    settings = registry()[channel].settings
    return dict(msgspec.json.schema(settings)["$defs"][settings.__name__]["properties"])


@pytest.mark.parametrize("name", COMMON)
def test_a_common_setting_is_explained_in_the_same_words(name: str) -> None:
    assert asked("email")[name] == asked("imap")[name]
    assert asked("email")[name]["description"]


@pytest.mark.parametrize("channel", EACH)
@pytest.mark.parametrize(
    "wrong", [{"from": "nobody"}, {"relay_url": "http://relay.acme.test"}, {"authserv_id": ""}, {"own_lists": "one"}]
)
def test_what_is_wrong_is_refused_by_both(channel: str, wrong: dict[str, str]) -> None:
    settings = registry()[channel].settings
    msgspec.convert(EACH[channel], settings)
    with pytest.raises(msgspec.ValidationError):
        msgspec.convert(EACH[channel] | wrong, settings)
