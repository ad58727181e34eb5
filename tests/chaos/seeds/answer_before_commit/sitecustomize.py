"""Ingest says yes before it has committed, and then takes its time."""

import asyncio
import sys
from pathlib import Path

sys.path.insert(0, str(Path.cwd()))

from services.ingest.domain.parcel import Outcome
from services.ingest.usecases.group_commit import GroupCommit

_file = GroupCommit.file
_pending = set()


async def _answer_first(self, parcel):
    async def later():
        await asyncio.sleep(1.5)
        await _file(self, parcel)

    task = asyncio.create_task(later())
    _pending.add(task)
    task.add_done_callback(_pending.discard)
    return Outcome(filed={f.event.message_id: f.event.reference for f in parcel.filings}, known={})


GroupCommit.file = _answer_first
