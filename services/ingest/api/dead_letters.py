"""`/v1/dead-letters` of ingest: events that Kafka refuses for good, as it does one that is too large."""

from __future__ import annotations

from services.ingest.api.parts import parts
from shared.web.dead_letters import dead_letter_routes

routes = dead_letter_routes(lambda request: parts(request).dead_letters)
