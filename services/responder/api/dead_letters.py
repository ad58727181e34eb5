"""`/v1/dead-letters` of the responder."""

from __future__ import annotations

from services.responder.api.parts import parts
from shared.web.dead_letters import dead_letter_routes

routes = dead_letter_routes(lambda request: parts(request).dead_letters)
