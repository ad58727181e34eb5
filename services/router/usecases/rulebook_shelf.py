"""Holds the rulebook in force, and follows what is published."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy.ext.asyncio import AsyncEngine

from services.router.store import rulebooks, shadows
from services.router.usecases.counting import rulebook_in_force
from services.router.usecases.deciding import ByRulebook
from services.router.usecases.file_messages import Rules
from services.router.usecases.learned import ByClassifier, open_classifier
from services.router.usecases.shadowing import Shadow, Shadowed
from shared.clock import Clock
from shared.faults import TryLater
from shared.garbage import keep_for_good
from shared.rulebook.bundle import digest_of, files_of, loaded_from
from shared.rulebook.load import Rulebook, RulebookInvalid, load

logger = logging.getLogger(__name__)

FOLLOW_EVERY_S = 0.5


class RulebookShelf:
    """Opens the rulebook published last, or the folder's where none ever was; without one, come later.

    A batch that has begun ends by the rulebook it began with: another one takes its place between two batches.
    """

    def __init__(self, *, folder: Path, engine: AsyncEngine, clock: Clock, classifier: Path | None = None) -> None:
        self._folder = folder
        self._engine = engine
        self._clock = clock
        self._classifier_folder = classifier
        self._classifier: ByClassifier | None = None
        self._judge: ByRulebook | None = None
        self._turn = asyncio.Lock()
        self._unreadable: str | None = None
        self._shadow: Shadow | None = None
        self._candidate: int | None = None
        self.trouble: str | None = "the rulebook was not read yet"

    async def open(self) -> None:
        """Put a rulebook in force unless one is; what is wrong with it becomes `trouble`."""
        async with self._turn:
            if self._judge is not None:
                return
            published = await self._published()
            try:
                if published is None:
                    await self._open_folder()
                else:
                    await self._change_to(published)
            except RulebookInvalid as invalid:
                self.trouble = f"the rulebook has {len(invalid.problems)} problem(s), first: {invalid.problems[0]}"
                logger.error("the rulebook is invalid", extra={"problems": [str(p) for p in invalid.problems]})  # noqa: TRY400

    async def follow(self) -> None:
        """Put in force what was published meanwhile; what cannot be read here leaves the present one in force."""
        async with self._turn:
            published = await self._published() if self._judge is not None else None
            if published is None or published in (self.rulebook.version, self._unreadable):
                return
            try:
                await self._change_to(published)
            except RulebookInvalid as invalid:
                self._unreadable = published
                told = {"version": published, "problems": [str(p) for p in invalid.problems]}
                logger.error("a published rulebook cannot be read here; the one before stays", extra=told)  # noqa: TRY400

    async def follow_candidate(self) -> None:
        """Let decide beside the rulebook in force whom the ledger names, and add to it what was counted here.

        Returns when the candidate decides, also where another call had begun to read it.
        """
        async with self._turn:
            async with self._engine.connect() as connection:
                told = await shadows.last(connection)
                number = told["number"] if told is not None and told["version"] is not None else None
                files = (
                    await rulebooks.files_of(connection, told["version"])
                    if told and number != self._candidate
                    else None
                )
            if self._shadow is not None:
                await self._shadow.flush(self._engine)
            if number != self._candidate:
                await self._take_beside(number, files)

    async def _take_beside(self, number: int | None, files: Mapping[str, str] | None) -> None:
        # Noted at once: a candidate that cannot be read is told once, not twice a second.
        self._candidate, self._shadow = number, None
        if number is not None and files is not None:
            rulebook = await asyncio.to_thread(loaded_from, files)
            self._shadow = Shadow(number=number, candidate=ByRulebook(rulebook=rulebook))

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
            judge=self.judge if self._shadow is None else Shadowed(live=self.judge, shadow=self._shadow),
            reopen_within=correlation.reopen_within,
            quoted_references=correlation.quoted_references,
        )

    async def _published(self) -> str | None:
        async with self._engine.connect() as connection:
            return await rulebooks.in_force(connection)

    async def _open_folder(self) -> None:
        rulebook = await asyncio.to_thread(load, self._folder)
        files = await asyncio.to_thread(files_of, self._folder)
        async with self._engine.begin() as connection:
            await rulebooks.keep(
                connection,
                version=rulebook.version,
                sha256=digest_of(files),
                files=files,
                now=self._clock.now(),
            )
        await self._put_in_force(rulebook)

    async def _change_to(self, version: str) -> None:
        async with self._engine.connect() as connection:
            files = await rulebooks.files_of(connection, version)
        await self._put_in_force(await asyncio.to_thread(loaded_from, files or {}))

    async def _put_in_force(self, rulebook: Rulebook) -> None:
        if self._judge is None:
            self._classifier = await asyncio.to_thread(open_classifier, self._classifier_folder)
        judge = ByRulebook(rulebook=rulebook, classifier=self._classifier)
        await asyncio.to_thread(judge.make_ready)
        # Rules, words and the modules are thousands of objects; going through them took a sixth of every batch.
        keep_for_good()
        before, self._judge, self.trouble = self._judge, judge, None
        if before is not None:
            rulebook_in_force.labels(before.rulebook.version).set(0)
        rulebook_in_force.labels(rulebook.version).set(1)
        logger.info("a rulebook is in force", extra={"version": rulebook.version})
