"""What every channel's folder holds."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

import msgspec
import pytest

import shared.channels
from shared.channel_registry import registry
from tests.contract.channels.conftest import specimens

HEADINGS = ("## Connect it", "## What comes in", "## What goes out", "## Unchecked")


def _folder(name: str) -> Path:
    return Path(next(iter(shared.channels.__path__))) / name


def test_a_channel_is_found_by_its_folder(channel_name: str) -> None:
    channel = registry()[channel_name]
    assert channel.name == channel_name
    assert channel.title
    assert channel.receives is not None or channel.polls is not None


def test_a_channel_brings_a_specimen(channel_name: str) -> None:
    assert find_spec(f"shared.channels.{channel_name}.specimen"), "see tests/contract/channels/specimen.py"
    specimen = specimens()[channel_name]
    assert specimen.account.channel == channel_name
    if (receives := registry()[channel_name].receives) is not None:
        assert (specimen.signing is not None) == (receives.access == "signed")


def test_a_channel_brings_fixtures_and_a_test_of_its_own(channel_name: str) -> None:
    assert any((_folder(channel_name) / "fixtures").iterdir())
    assert (_folder(channel_name) / f"test_{channel_name}.py").is_file()


def test_the_guide_tells_a_stranger_how_to_connect_it(channel_name: str) -> None:
    guide = (_folder(channel_name) / "README.md").read_text(encoding="utf-8")
    channel = registry()[channel_name]
    assert guide.startswith("# ")
    assert [h for h in HEADINGS if h not in guide] == []
    names = [f.encode_name for part in (channel.settings, channel.secrets) for f in msgspec.structs.fields(part)]
    assert [n for n in names if f"`{n}`" not in guide] == []


@pytest.mark.parametrize("part", ["settings", "secrets"])
def test_every_setting_and_secret_says_where_to_find_it(channel_name: str, part: str) -> None:
    kind = getattr(registry()[channel_name], part)
    schema = msgspec.json.schema(kind)
    properties = schema["$defs"][kind.__name__]["properties"]
    assert [name for name, field in properties.items() if len(_description(field)) < 10] == []


def _description(field: dict[str, object]) -> str:
    options = field.get("anyOf")
    found = [field, *(options if isinstance(options, list) else ())]
    return next((str(f["description"]) for f in found if "description" in f), "")


def test_the_limits_of_a_channel_are_told(channel_name: str) -> None:
    channel = registry()[channel_name]
    if channel.receives is not None:
        assert 0 < channel.receives.body_limit <= 64 * 1024 * 1024
        assert channel.receives.access in ("signed", "api_key", "public")
    if channel.sends is not None and channel.sends.max_length is not None:
        assert channel.sends.max_length > 0
