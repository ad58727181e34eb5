"""Kafka's tool takes a name that begins with a hyphen for an option: one first start in 64 failed by it."""

from __future__ import annotations

import base64
import uuid

import pytest

from deploy.local.kafka import cluster_id


@pytest.mark.parametrize("first", range(0, 256, 4))
def test_no_name_begins_with_a_hyphen_and_each_is_sixteen_bytes(first: int) -> None:
    name = cluster_id(uuid.UUID(bytes=bytes([first, *range(1, 16)])))
    assert not name.startswith("-")
    assert len(base64.urlsafe_b64decode(f"{name}==")) == 16
