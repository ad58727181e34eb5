"""Holds the rulebook in force."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from services.router.store.moving import remember_rulebook
from services.router.usecases.counting import rulebook_in_force
from services.router.usecases.deciding import ByRulebook
from services.router.usecases.file_messages import Rules
from shared.clock import Clock
from shared.faults import TryLater
from shared.rulebook.load import Rulebook, RulebookInvalid, load

logger = logging.getLogger(__name__)


class RulebookShelf:
    """Opens the rulebook's folder once it is valid; until then whoever asks is told to come later."""

    def __init__(self, *, folder: Path, engine: AsyncEngine, clock: Clock) -> None:
        self._folder = folder
        self._engine = engine
        self._clock = clock
        self._judge: ByRulebook | None = None
        self.trouble: str | None = "the rulebook was not read yet"

    async def open(self) -> None:
        """Read the folder unless a rulebook is in force; what is wrong with it becomes `trouble`."""
        if self._judge is not None:
            return
        try:
            rulebook = await asyncio.to_thread(load, self._folder)
        except RulebookInvalid as invalid:
            self.trouble = f"the rulebook has {len(invalid.problems)} problem(s), first: {invalid.problems[0]}"
            logger.error("the rulebook is invalid", extra={"problems": [str(p) for p in invalid.problems]})  # noqa: TRY400
            return
        await self._remember(rulebook)
        judge = ByRulebook(rulebook=rulebook)
        await asyncio.to_thread(judge.make_ready)
        self._judge, self.trouble = judge, None
        rulebook_in_force.labels(rulebook.version).set(1)
        logger.info("a rulebook is in force", extra={"version": rulebook.version})

    @property
    def judge(self) -> ByRulebook:
        """The rulebook in force as it judges; `TryLater` while there is none."""
        if self._judge is None:
            raise TryLater(self.trouble or "there is no rulebook")
        return self._judge

    @property
    def rulebook(self) -> Rulebook:
        """The rulebook in force; `TryLater` while there is none."""
        return self.judge.rulebook

    def rules(self) -> Rules:
        """Return what the rulebook says to the filing of messages; `TryLater` while there is none."""
        correlation = self.rulebook.correlation
        return Rules(
            judge=self.judge,
            reopen_within=correlation.reopen_within,
            quoted_references=correlation.quoted_references,
        )

    async def _remember(self, rulebook: Rulebook) -> None:
        content = await asyncio.to_thread(_files, self._folder)
        digest = hashlib.sha256()
        for name, text in content.items():
            digest.update(f"{name}\x00{len(text)}\x00{text}".encode())
        async with self._engine.begin() as connection:
            await remember_rulebook(
                connection,
                version=rulebook.version,
                sha256=digest.hexdigest(),
                content=content,
                now=self._clock.now(),
            )


def _files(folder: Path) -> dict[str, str]:
    return {
        path.relative_to(folder).as_posix(): path.read_text(encoding="utf-8")
        for path in sorted(folder.rglob("*"))
        if path.is_file()
    }
