"""Keeps the responder's rulebook the one that the router decides by."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import Collection

import httpx

from services.responder.usecases.promises import Promises
from shared.rulebook.bundle import loaded_from
from shared.rulebook.load import RulebookInvalid

logger = logging.getLogger(__name__)

EVERY_S = 0.5
_LONGEST_S = 5.0


class RulebookFollower:
    """Asks the router for the version in force; while it does not answer, the rulebook that is held goes on."""

    def __init__(self, *, http: httpx.AsyncClient, router_url: str, service_token: str, promises: Promises) -> None:
        self._http = http
        self._url = f"{router_url}/internal/rulebook"
        self._headers = {"Authorization": f"Bearer {service_token}"}
        self._promises = promises
        self._turn = asyncio.Lock()
        self._sought: set[str] = set()
        self._unreadable: str | None = None

    async def follow(self) -> None:
        """Hold the rulebook that is in force, if the router tells it and it can be read here."""
        async with self._turn:
            told = await self._asked()
            if told is None:
                return
            version, files = told
            self._promises.confirm(version)
            if files is None or version == self._unreadable:
                return
            try:
                self._promises.take(await asyncio.to_thread(loaded_from, files))
            except RulebookInvalid as invalid:
                self._unreadable = version
                said = {"version": version, "problems": [str(problem) for problem in invalid.problems]}
                logger.error("the router's rulebook cannot be read here; the one before stays", extra=said)  # noqa: TRY400
            else:
                logger.info("a rulebook is in force", extra={"version": version})

    async def meet(self, versions: Collection[str]) -> None:
        """Follow before the decisions of a version are taken over that was never heard of; each is sought once.

        The router decides by a rulebook at once, and its decision may be here before the next turn of `follow`.
        """
        unknown = set(versions) - self._sought - self._promises.versions
        if unknown:
            self._sought |= unknown
            await self.follow()

    async def _asked(self) -> tuple[str, dict[str, str] | None] | None:
        known = {"known": self._promises.rulebook.version}
        try:
            answer = await self._http.get(self._url, params=known, headers=self._headers, timeout=_LONGEST_S)
        except httpx.HTTPError:
            return None  # the router's own readiness tells of it
        if answer.status_code != httpx.codes.OK:
            return None
        body = answer.json()
        return body["version"], body["files"]
