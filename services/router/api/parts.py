"""What the routes are given: the use cases, put together in app.py."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass

from fastapi import Request

from services.router.usecases.files import Files
from services.router.usecases.incidents import Incidents
from services.router.usecases.links import Linker
from services.router.usecases.merge_parties import Parties
from services.router.usecases.move import Mover
from services.router.usecases.publish_rulebook import Publisher
from services.router.usecases.refusals import Conflict, Invalid, NotFound, Unfit
from services.router.usecases.rulebook_shelf import RulebookShelf
from services.router.usecases.show import Shower
from services.router.usecases.simulate_rulebook import Simulator
from shared.clock import Clock
from shared.messaging.dead_letter_desk import DeadLetters
from shared.web.problems import Problem
from shared.workers import Workers


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """The parts of a running router; `app.state.parts`."""

    clock: Clock
    shower: Shower
    mover: Mover
    linker: Linker
    incidents: Incidents
    parties: Parties
    files: Files
    dead_letters: DeadLetters
    shelf: RulebookShelf
    publisher: Publisher
    simulator: Simulator
    workers: Workers


def parts(request: Request) -> Parts:
    """Return the parts of the application that serves this request."""
    found: Parts = request.app.state.parts
    return found


@contextmanager
def told() -> Iterator[None]:
    """Turn refusals of the use cases into problems."""
    try:
        yield
    except NotFound as error:
        raise Problem(status=404, detail=str(error)) from None
    except Conflict as error:
        raise Problem(status=409, detail=str(error)) from None
    except Invalid as error:
        raise Problem(status=422, detail="a field names something that does not exist", errors=error.errors) from None
    except Unfit as error:
        raise Problem(status=422, detail=str(error), errors=error.errors) from None
