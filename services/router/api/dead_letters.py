"""`/v1/dead-letters` of the router."""

from __future__ import annotations

from services.router.api.parts import parts
from shared.web.dead_letters import dead_letter_routes

routes = dead_letter_routes(lambda request: parts(request).dead_letters)
