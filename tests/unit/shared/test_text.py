"""Text from outside is stored as it came, but for what no database holds."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from shared.text import storable


@given(st.text(alphabet=st.characters()))
def test_anything_becomes_storable_and_what_was_is_left_alone(text: str) -> None:
    kept = storable(text)
    kept.encode()
    assert "\x00" not in kept
    assert storable(kept) == kept
    if "\x00" not in text:
        assert kept == text


def test_lone_surrogates_and_nul_are_replaced_and_pairs_are_joined() -> None:
    assert storable("a\ud800b") == "a�b"
    assert storable("a\x00b") == "a�b"
    assert storable("\ud83d\ude21") == "😡"
