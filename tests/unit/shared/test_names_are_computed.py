"""The names of messages, complaints and events are those that RFC 9562 computes."""

from __future__ import annotations

from uuid import UUID, uuid5

from hypothesis import given
from hypothesis import strategies as st

from shared.ids import named


@given(st.uuids(), st.text())
def test_a_name_is_the_uuid_of_version_5(space: UUID, name: str) -> None:
    assert named(space, name) == uuid5(space, name)
