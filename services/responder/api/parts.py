"""What the routes are given: the use cases, put together in app.py."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from services.responder.usecases.complaint_view import Reader
from services.responder.usecases.desk import Desk
from services.responder.usecases.figures import Figures
from services.responder.usecases.key_labels import KeyLabels
from services.responder.usecases.live_health import LiveHealth
from services.responder.usecases.webhook_desk import WebhookDesk
from services.responder.usecases.webhook_records import WebhookRecords
from services.responder.usecases.work_list import WorkList
from shared.clock import Clock
from shared.messaging.dead_letter_desk import DeadLetters


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a running responder; `app.state.parts`."""

    clock: Clock
    reader: Reader
    work_list: WorkList
    desk: Desk
    health: LiveHealth
    figures: Figures
    dead_letters: DeadLetters
    key_labels: KeyLabels
    webhooks: WebhookDesk
    webhook_records: WebhookRecords


def parts(request: Request) -> Parts:
    """Return the parts of the application that serves this request."""
    found: Parts = request.app.state.parts
    return found
