"""A real IMAP server, and a mailbox on it of each test's own."""

from __future__ import annotations

from collections.abc import Iterator
from uuid import uuid4

import pytest

from tests.support.imap_server import ImapServer, running_imap_server


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[ImapServer]:
    with running_imap_server(tmp_path_factory.mktemp("imap")) as running:
        yield running


@pytest.fixture
def mailbox() -> str:
    return f"Reclami-{uuid4().hex[:8]}"
