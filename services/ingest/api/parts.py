"""What the routes are given: the use cases, put together in app.py."""

from __future__ import annotations

from dataclasses import dataclass

from fastapi import Request

from services.ingest.settings import IngestSettings
from services.ingest.usecases.account_directory import AccountDirectory
from services.ingest.usecases.accounts import Accounts
from services.ingest.usecases.api_keys import ApiKeys
from services.ingest.usecases.books import Books
from services.ingest.usecases.replay import Replay
from services.ingest.usecases.take_complaint import TakeComplaint
from services.ingest.usecases.take_delivery import TakeDelivery
from services.ingest.usecases.tell_status import TellStatus
from shared.channel.outbound import Means
from shared.channel.port import Channel
from shared.clock import Clock
from shared.messaging.dead_letter_desk import DeadLetters
from shared.web.rates import Rates


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a running ingest; `app.state.parts`."""

    settings: IngestSettings
    clock: Clock
    channels: dict[str, Channel]
    directory: AccountDirectory
    accounts: Accounts
    keys: ApiKeys
    deliveries: TakeDelivery
    complaints: TakeComplaint
    replay: Replay
    books: Books
    dead_letters: DeadLetters
    status: TellStatus
    form_rates: Rates
    means: Means

    @property
    def public_url(self) -> str:
        """How the outside reaches ingest."""
        return (self.settings.public_url or self.settings.ingest_url).rstrip("/")


def parts(request: Request) -> Parts:
    """Return the parts of the application that serves this request."""
    found: Parts = request.app.state.parts
    return found
