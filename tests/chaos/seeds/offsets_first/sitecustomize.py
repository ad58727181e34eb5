"""Offsets are committed before the transaction that settles their records."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from shared.messaging.consumer import Consumer

_settle = Consumer._settle


async def _commit_first(self, client, batch):
    await self._commit(client, batch)
    await _settle(self, client, batch)


Consumer._settle = _commit_first
