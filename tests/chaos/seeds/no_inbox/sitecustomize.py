"""The consumers' inbox knows no event again: whatever comes twice is handled twice."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from shared.messaging import inbox


async def _admit_everything(connection, tables, records, *, now):
    return list(records)


inbox.admit = _admit_everything
