"""queues.yaml: the desks, who stands at them and which promises they keep."""

from __future__ import annotations

from pydantic import Field

from shared.rulebook.source import Part
from shared.rulebook.words import Code, LanguageCode, Titles


class Queue(Part):
    """A team's list of work.

    `policy` is used where a rule names none; `calendar` overrides the policy's; `fallback` takes over when nobody of
    the team is there; `owner` is the person or role that answers for the queue.
    """

    titles: Titles
    team: str = Field(min_length=1)
    owner: str = Field(min_length=1)
    languages: tuple[LanguageCode, ...] = Field(min_length=1)
    skills: tuple[Code, ...] = ()
    capacity: int | None = Field(default=None, ge=1)
    calendar: str | None = None
    policy: str
    fallback: Code | None = None


class QueuesFile(Part):
    """The file: the queues by code, and which of them is triage, where everything goes that no rule sends elsewhere."""

    triage: Code
    queues: dict[Code, Queue] = Field(min_length=1)
