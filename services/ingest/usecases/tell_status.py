"""Tells a customer how their complaint stands; what is said is only dates and states."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import httpx
from sqlalchemy.ext.asyncio import AsyncEngine

from services.ingest.store import references
from shared.reply_token import Tokens

logger = logging.getLogger(__name__)

_PUBLIC_CLOCKS = {"acknowledge": "acknowledgement_due", "next_update": "next_update_due", "resolve": "final_answer_due"}


class TellStatus:
    """The customer's view of a complaint."""

    def __init__(
        self, *, engine: AsyncEngine, tokens: Tokens, http: httpx.AsyncClient, responder_url: str, router_url: str,
        service_token: str,
    ) -> None:  # fmt: skip
        self._engine = engine
        self._tokens = tokens
        self._http = http
        self._responder = responder_url.rstrip("/")
        self._router = router_url.rstrip("/")
        self._headers = {"Authorization": f"Bearer {service_token}"}

    def token(self, reference: str) -> str:
        """Return the token with which the customer follows a complaint."""
        return self._tokens.status(reference)

    async def tell(self, reference: str, *, token: str) -> dict[str, Any] | None:
        """Return the state, what happens next and the dates; None when the token is not this reference's."""
        reference = reference.upper()
        if not self._tokens.status_holds(token, reference=reference):
            return None
        async with self._engine.connect() as connection:
            found = await references.told_for(connection, reference)
        if found is None:
            return None
        message_id, received_at = found
        told = {"reference": reference, "state": "received", "received_at": received_at}
        work = await self._work(reference)
        if work is None and (joined := await self._joined(message_id, told_for=reference)):
            told["continues"] = joined
            work = await self._work(joined)
        return told | (_public(work) if work else {"next": "we_assign_it"})

    async def _joined(self, message_id: UUID, *, told_for: str) -> str | None:
        """Return the complaint that the message was filed in where that is not one of its own."""
        filed = await self._ask(f"{self._router}/internal/messages/{message_id}")
        reference = str(filed["reference"]) if filed else told_for
        return reference if reference != told_for else None

    async def _work(self, reference: str) -> Mapping[str, Any] | None:
        return await self._ask(f"{self._responder}/v1/complaints/{reference}", messages="none")

    async def _ask(self, url: str, **parameters: str) -> Mapping[str, Any] | None:
        try:
            answer = await self._http.get(url, params=parameters, headers=self._headers)
        except httpx.HTTPError as error:
            logger.warning("a service of the house does not answer", extra={"error_type": type(error).__name__})
            return None
        return answer.json() if answer.status_code == httpx.codes.OK else None


def _public(work: Mapping[str, Any]) -> dict[str, Any]:
    clocks = {clock["kind"]: clock for clock in work["clocks"]}
    due = {
        name: clocks[kind]["due_at"]
        for kind, name in _PUBLIC_CLOCKS.items()
        if kind in clocks and clocks[kind]["state"] in ("running", "paused", "breached")
    }
    answered = clocks.get("resolve", {}).get("stopped_at")
    return {
        "state": work["state"],
        "acknowledged_at": work["acknowledgement"]["sent_at"],
        "answered_at": answered,
        "next": _next(work["state"]),
        **due,
    }


def _next(state: str) -> str:
    match state:
        case "waiting_for_customer":
            return "we_wait_for_your_answer"
        case "resolved" | "closed":
            return "you_may_reopen_it"
        case _:
            return "we_work_on_it"
