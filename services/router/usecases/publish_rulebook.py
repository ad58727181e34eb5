"""Publishes rulebooks, puts them in force, and takes them back; every worker follows within two seconds."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from services.router.domain.changes import changes_between
from services.router.store import rulebooks, shadows
from services.router.usecases.check_rulebook import check_rulebook
from services.router.usecases.refusals import Conflict, NotFound, Unfit
from services.router.usecases.rulebook_shelf import RulebookShelf
from shared.clock import Clock
from shared.rulebook.bundle import digest_of
from shared.workers import Workers


@dataclass(frozen=True, slots=True, kw_only=True)
class Publisher:
    """Where versions of the rulebook are kept. With `second_person`, who published one may not put it in force."""

    engine: AsyncEngine
    clock: Clock
    shelf: RulebookShelf
    workers: Workers
    second_person: bool

    async def publish(self, files: Mapping[str, str], *, why: str, by: str, activate: bool) -> dict[str, Any]:
        """Keep the files as a version for good, and put it in force if told to; `Unfit` when the check is not passed.

        Published a second time, a version stays as it was published first.
        """
        now = self.clock.now()
        checked = await check_rulebook(files, workers=self.workers, today=now.date())
        if not checked["valid"]:
            raise Unfit(checked["problems"])
        version: str = checked["version"]
        async with self.engine.begin() as connection:
            await rulebooks.one_at_a_time(connection)
            if not await rulebooks.keep(connection, version=version, sha256=digest_of(files), files=files, now=now):
                raise Conflict("another rulebook is kept under this version: raise `version` in rulebook.yaml")
            before = await self._present(connection)
            changes = changes_between(await rulebooks.files_of(connection, before) or {}, files)
            await rulebooks.insert_publication(connection, {
                "version": version, "published_at": now, "published_by": by, "why": why,
                "previous": before, "changes": changes,
            })  # fmt: skip
            if activate and not self.second_person:
                await self._put_in_force(connection, version, why=why, by=by)
        await self.shelf.follow()
        return await self.version(version)

    async def activate(self, version: str, *, why: str, by: str) -> dict[str, Any]:
        """Put a version that is kept in force; one that is in force already stays so and nothing is noted."""
        async with self.engine.begin() as connection:
            await rulebooks.one_at_a_time(connection)
            await self._may_activate(connection, version, by=by)
            await self._put_in_force(connection, version, why=why, by=by)
        await self.shelf.follow()
        return await self.version(version)

    async def roll_back(self, *, why: str, by: str) -> dict[str, Any]:
        """Put in force what was before the present version; done twice, it is undone."""
        async with self.engine.begin() as connection:
            await rulebooks.one_at_a_time(connection)
            version = await rulebooks.in_force_before(connection)
            if version is None:
                raise Conflict("no other rulebook was ever in force")
            # What was in force has been seen by whoever had to: going back must not wait for a second person.
            await self._put_in_force(connection, version, why=why, by=by)
        await self.shelf.follow()
        return await self.version(version)

    async def shadow(self, version: str | None, *, why: str, by: str) -> dict[str, Any]:
        """Let a version that is kept decide beside the one in force from now on, or none."""
        async with self.engine.begin() as connection:
            await rulebooks.one_at_a_time(connection)
            if version is not None and await rulebooks.publication(connection, version) is None:
                raise NotFound("no rulebook is kept under this version")
            now = self.clock.now()
            await shadows.begin(connection, {
                "version": version, "since": now, "begun_by": by, "why": why, "counted": {},
            })  # fmt: skip
        return await self.shadowing()

    async def shadowing(self) -> dict[str, Any]:
        """Return the candidate at work and what was counted; `version` is empty where there is none."""
        async with self.engine.connect() as connection:
            told = await shadows.last(connection)
        return {"version": None} if told is None else {key: told[key] for key in told if key != "number"}

    async def versions(self, *, limit: int) -> list[dict[str, Any]]:
        """Return the versions that are kept, newest first."""
        async with self.engine.connect() as connection:
            found = await rulebooks.publications(connection, limit=limit)
            present = await self._present(connection)
        return [dict(row) | {"in_force": row["version"] == present} for row in found]

    async def version(self, version: str) -> dict[str, Any]:
        """Return one version with what it changed, as it was published."""
        async with self.engine.connect() as connection:
            row = await rulebooks.publication(connection, version)
            present = await self._present(connection)
        if row is None:
            raise NotFound("no rulebook is kept under this version")
        return dict(row) | {"in_force": version == present}

    async def files(self, version: str) -> dict[str, str]:
        """Return the files of a version by their paths."""
        async with self.engine.connect() as connection:
            found = await rulebooks.files_of(connection, version)
        if found is None:
            raise NotFound("no rulebook is kept under this version")
        return found

    async def present(self) -> str:
        """Return the version in force, as all workers have it or will within two seconds."""
        async with self.engine.connect() as connection:
            return await self._present(connection)

    async def _present(self, connection: AsyncConnection) -> str:
        return await rulebooks.in_force(connection) or self.shelf.rulebook.version

    async def _may_activate(self, connection: AsyncConnection, version: str, *, by: str) -> None:
        row = await rulebooks.publication(connection, version)
        if row is None:
            raise NotFound("no rulebook is kept under this version")
        if self.second_person and row["published_by"] == by:
            raise Conflict("who published a rulebook may not put it in force here: a second person does")

    async def _put_in_force(self, connection: AsyncConnection, version: str, *, why: str, by: str) -> None:
        before = await self._present(connection)
        if before != version:
            await rulebooks.insert_activation(connection, {
                "version": version, "activated_at": self.clock.now(), "activated_by": by, "why": why,
                "previous": before,
            })  # fmt: skip
