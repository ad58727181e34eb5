"""What is derived from the house key: tokens that prove, seals that hold."""

from __future__ import annotations

import base64
import stat
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from shared.house_key import HouseKeyInvalid, read_or_make, service_token
from shared.reply_token import Tokens
from shared.sealing import SealBroken, Sealer

KEY, OTHER = bytes(range(32)), bytes(range(1, 33))


def test_a_reply_token_proves_its_reference_for_its_account_in_any_case() -> None:
    tokens = Tokens(KEY)
    token = tokens.reply(account="shop", reference="ABCDEFGH2")
    assert len(token) == 26
    assert tokens.reply_reference(token, account="shop") == "ABCDEFGH2"
    assert tokens.reply_reference(token.upper(), account="shop") == "ABCDEFGH2"


@pytest.mark.parametrize("position", range(26))
def test_no_character_of_a_token_can_be_changed(position: int) -> None:
    tokens = Tokens(KEY)
    token = tokens.reply(account="shop", reference="ABCDEFGH2")
    other = "z" if token[position] != "z" else "y"
    assert tokens.reply_reference(token[:position] + other + token[position + 1 :], account="shop") is None


def test_a_token_is_worth_nothing_elsewhere() -> None:
    tokens = Tokens(KEY)
    token = tokens.reply(account="shop", reference="ABCDEFGH2")
    assert tokens.reply_reference(token, account="other") is None
    assert Tokens(OTHER).reply_reference(token, account="shop") is None
    assert tokens.status_holds(token.partition("-")[2], reference="ABCDEFGH2") is False
    for hostile in ("", "-", "é", "\ud800", "A" * 10_000):
        assert tokens.reply_reference(hostile, account="shop") is None
        assert tokens.status_holds(hostile, reference="ABCDEFGH2") is False


def test_a_seal_opens_only_with_its_key_and_account_and_hides_what_it_holds() -> None:
    sealed = Sealer(KEY).seal({"app_secret": ("new", "old")}, context="shop")
    assert Sealer(KEY).open(sealed, context="shop") == {"app_secret": ("new", "old")}
    assert b"new" not in sealed
    for sealer, context, content in (
        (Sealer(OTHER), "shop", sealed),
        (Sealer(KEY), "other", sealed),
        (Sealer(KEY), "shop", sealed[:-1] + bytes([sealed[-1] ^ 1])),
    ):
        with pytest.raises(SealBroken):
            sealer.open(content, context=context)


def test_the_key_is_made_once_and_is_the_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "deep" / "house.key"
    with ThreadPoolExecutor(8) as pool:
        keys = set(pool.map(lambda _: read_or_make(configured=None, file=file), range(24)))
    assert len(keys) == 1
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert [p.name for p in file.parent.iterdir()] == ["house.key"]


def test_a_key_of_another_form_is_refused_in_words(tmp_path: Path) -> None:
    with pytest.raises(HouseKeyInvalid, match="32 bytes"):
        read_or_make(configured=base64.b64encode(b"short").decode(), file=tmp_path / "k")
    assert service_token(KEY) != service_token(OTHER)
