"""A client that writes one field twice is told so, however it writes its JSON."""

from __future__ import annotations

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from shared.contracts.json_fields import repeated_field

_TEXTS = st.text(alphabet='ab"\\: \n{}[],', max_size=6)


def _object(parts: tuple[list[tuple[str, str]], str]) -> str:
    pairs, colon = parts
    return "{" + ",".join(json.dumps(key) + colon + value for key, value in pairs) + "}"


_WRITTEN = st.recursive(
    _TEXTS.map(json.dumps),
    lambda inner: (
        st.lists(inner, max_size=3).map(lambda parts: "[" + ",".join(parts) + "]")
        | st.tuples(st.lists(st.tuples(_TEXTS, inner), max_size=4), st.sampled_from([":", " :", ": ", "\n:\t"])).map(
            _object
        )
    ),
    max_leaves=8,
)


def _closely(raw: str) -> bool:
    found = []

    def look(pairs: list[tuple[str, object]]) -> None:
        found.append(len(dict(pairs)) < len(pairs))

    json.loads(raw, object_pairs_hook=look)
    return any(found)


@given(_WRITTEN)
def test_it_is_found_wherever_it_stands(raw: str) -> None:
    assert repeated_field(raw.encode()) == _closely(raw)


@pytest.mark.parametrize(
    ("raw", "twice"),
    [
        (rb'{"text": "x", "text": "y"}', True),
        (rb'{"metadata": {"a": "1", "a": "2"}}', True),
        (rb'{"text" : "x", "text":"y"}', True),
        (rb'{"a\\":1,"b":1,"b":2}', True),
        (rb'{"t\u0065xt": "x", "text": "y"}', True),
        (rb'{"text": "he wrote \":\" to me", "metadata": {"text": "y"}}', False),
        (rb'[{"a": 1}, {"a": 2}]', False),
    ],
)
def test_a_key_may_stand_once_in_one_object(raw: bytes, *, twice: bool) -> None:
    assert repeated_field(raw) is twice
