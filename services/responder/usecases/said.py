"""What the customer said: the router keeps it, and is asked for it when somebody wants to read."""

from __future__ import annotations

from typing import Any

import httpx

from shared.telemetry.trace import current_traceparent


class Conversations:
    """Asks the router for the messages of a complaint."""

    def __init__(self, *, http: httpx.AsyncClient, router_url: str, service_token: str) -> None:
        self._http = http
        self._url = f"{router_url}/v1/complaints"
        self._headers = {"Authorization": f"Bearer {service_token}"}

    async def messages(self, reference: str) -> list[dict[str, Any]] | None:
        """Return the messages in order; None when the router does not answer."""
        traceparent = current_traceparent()
        headers = self._headers | ({"traceparent": traceparent} if traceparent else {})
        try:
            answer = await self._http.get(f"{self._url}/{reference}", headers=headers)
        except httpx.HTTPError:
            return None
        if answer.status_code != httpx.codes.OK:
            return None
        try:
            messages: list[dict[str, Any]] = answer.json()["messages"]
        except (ValueError, KeyError):
            return None
        return messages
