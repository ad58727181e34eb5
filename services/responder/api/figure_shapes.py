"""The shapes of figures, each with what it is: the documentation of `/v1/figures`."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated

from pydantic import BaseModel, Field

from services.responder.domain.cohort import Dimension, Period

Count = Annotated[int, Field(ge=0)]
Percent = Annotated[float | None, Field(description="percent; null where there is nothing to have a share of")]
Seconds = Annotated[float | None, Field(description="seconds; null where there are none")]


class CohortShape(BaseModel):
    """Whose figures these are: complaints by the time they were received, `received_until` not included."""

    words: str
    received_from: datetime | None
    received_until: datetime
    by: list[Dimension]
    period: Period | None
    zone: str
    only: dict[str, str]
    open_only: bool


class DurationShape(BaseModel):
    """The time from receipt until something happened, of the complaints for which it did (`ended`).

    `unanswered` still wait, so how long it takes them is not known (right-censored): they are in no percentile. To
    `not_owed` nothing is owed. `p50` and `p90` are in `unit`: working minutes or hours, business or working days behind
    the day of receipt, calendar days or weeks, as the policy promises; null where the group's policies promise in
    different ones (group by policy).
    """

    ended: Count
    unanswered: Count
    not_owed: Count
    p50_seconds: Seconds
    p90_seconds: Seconds
    longest_unanswered_seconds: Seconds
    unit: str | None
    p50: float | None
    p90: float | None


class DurationsShape(BaseModel):
    """Times from receipt."""

    acknowledge: DurationShape = Field(
        description="to the acknowledgement that the vendor took and that did not fail afterwards, or to the first "
        "message of a person, whichever came first"
    )
    first_response: DurationShape = Field(description="to the first message of a person that left")
    final_response: DurationShape = Field(description="to the first message that was sent as the final one")
    resolve: DurationShape = Field(description="to the resolution that stands; re-opened ones are unanswered again")
    close: DurationShape = Field(description="to the closing that stands; what is resolved still waits for it")


class KeptShape(BaseModel):
    """The clocks of one kind as they stand: percent = met / (met + breached). Open and past due counts as breached."""

    met: Count
    breached: Count
    running: Count
    percent: Percent


class PromisesShape(BaseModel):
    """All promises of time, earlier rounds of clocks that repeat or were started again included: percent kept."""

    kept: Count
    missed: Count
    percent: Percent


class AcknowledgementsShape(BaseModel):
    """What became of acknowledgements.

    `complete_percent` = sent / (sent + withheld): an incomplete one is withheld and not counted as sent.
    `withheld_because` counts the reasons of all that were withheld, `nobody_to_tell` (a robot, no address) included.
    """

    sent: Count
    withheld: Count
    failed: Count
    on_their_way: Count
    nobody_to_tell: Count
    complete_percent: Percent
    withheld_because: dict[str, Count]


class ReopeningShape(BaseModel):
    """Complaints opened again within 30 days of a resolution, percent of those that were ever resolved.

    `still_possible` were resolved less than 30 days ago: the share is final when there are none.
    """

    reopened: Count
    ever_resolved: Count
    still_possible: Count
    percent: Percent


class TransfersShape(BaseModel):
    """Transfers, complaints with at least one, and complaints that came back to a queue they had left (ping-pong)."""

    transfers: Count
    transferred: Count
    returned: Count
    transferred_percent: Percent
    returned_percent: Percent


class FirstContactShape(BaseModel):
    """Resolved with one message of the customer, at most one of ours, and never re-opened; percent of ever resolved."""

    at_first_contact: Count
    ever_resolved: Count
    percent: Percent


class ChasingShape(BaseModel):
    """Messages of customers while we owed them the next word: open, and not waiting for them.

    `before_due` came before the next update was due, `after_due` when it was overdue; `chased` complaints have either.
    """

    before_due: Count
    after_due: Count
    chased: Count
    before_due_per_complaint: float | None
    chased_percent: Percent


class UpdatesShape(BaseModel):
    """Messages of ours after the first; proactive where the customer had not written since the one before."""

    proactive: Count
    updates: Count
    percent: Percent


class SpreadShape(BaseModel):
    """How a duration is spread; `p99_seconds` only of the backlog's age."""

    p50_seconds: Seconds
    p90_seconds: Seconds
    p99_seconds: Seconds = None
    max_seconds: Seconds


class ConsumedShape(BaseModel):
    """Open complaints by the share of the `resolve` clock that is used: < 50 %, 50-80, 80-100, past due, no clock."""

    under_50: Count
    from_50: Count
    from_80: Count
    over_100: Count
    no_clock: Count


class BacklogShape(BaseModel):
    """What is open now: its age since receipt, and the time since a person last did anything to it."""

    open: Count
    age: SpreadShape
    untouched: SpreadShape
    consumed: ConsumedShape


class EndingsShape(BaseModel):
    """How complaints ended, by the resolution that stands; codes of the taxonomy.

    `upheld_percent` = (upheld + partially upheld) / decided, which adds those not upheld. A complaint may have several
    redresses. `without_an_answer` were resolved though no person ever wrote, withdrawn and merged ones left out.
    """

    outcomes: dict[str, Count]
    decided: Count
    upheld_percent: Percent
    root_causes: dict[str, Count]
    redress: dict[str, Count]
    with_redress: Count
    without_an_answer: Count


class PlaybookShape(BaseModel):
    """Steps of the playbooks of complaints that are resolved or closed: percent done."""

    steps_done: Count
    steps: Count
    steps_skipped: Count
    percent: Percent


class GroupShape(BaseModel):
    """The figures of one group; `group` holds its values, `period` being the first day of it."""

    group: dict[str, str]
    complaints: Count
    open: Count = Field(description="open now, waiting for the customer included")
    resolved: Count = Field(description="resolved and not closed")
    closed: Count
    durations: DurationsShape
    within_sla: dict[str, KeptShape] = Field(description="by the kind of clock")
    promises: PromisesShape
    acknowledgements: AcknowledgementsShape
    reopening: ReopeningShape
    transfers: TransfersShape
    first_contact: FirstContactShape
    chasing: ChasingShape
    updates: UpdatesShape
    silence: SpreadShape = Field(
        description="a complaint's longest time while it was open without a message of ours, from receipt on"
    )
    backlog: BacklogShape
    endings: EndingsShape
    playbook: PlaybookShape


class FiguresShape(BaseModel):
    """The figures of a cohort as of `at`, in all and by group."""

    at: datetime
    cohort: CohortShape
    total: GroupShape
    groups: list[GroupShape]
