"""Parts of a policy beside its clocks: what may move a date, whom the customer turns to, what is kept and paid."""

from __future__ import annotations

from decimal import Decimal
from typing import Annotated

from pydantic import Field, model_validator

from shared.rulebook.allowance import WrittenAllowance
from shared.rulebook.happenings import Evidence
from shared.rulebook.mends import wrong
from shared.rulebook.source import Part
from shared.rulebook.words import Code


class Extension(Part):
    """How a date may be moved: to at most `to` counted from the start, or by at most `by` from the date it had."""

    to: WrittenAllowance | None = None
    by: WrittenAllowance | None = None
    unlimited: bool = False
    """The source names no limit."""
    condition: str = ""
    """The ground that the source asks for."""
    holding_reply: bool = False
    """Only once a person has written to the customer since the clock started: with reasons and the new date."""
    at_most: Annotated[int, Field(ge=1, le=20)] = 1

    @model_validator(mode="after")
    def _one_limit(self) -> Extension:
        if [self.to is not None, self.by is not None, self.unlimited].count(True) != 1:
            raise wrong("an extension has one limit", mend="write either `to:` or `by:`, or `unlimited: true`")
        return self


class Pause(Part):
    """How long clocks that may pause can stand still, altogether, and on which ground alone."""

    at_most: WrittenAllowance
    ground: Code = "waiting_for_customer"
    says: str = ""
    """The ground in the words of the source."""


class Escalation(Part):
    """Whom the customer may turn to when we fail; `within` is the time the customer has for it."""

    body: str
    address: str
    post: str = ""
    within: WrittenAllowance | None = None
    in_acknowledgement: bool = True
    evidence: Evidence = "M"


class Retention(Part):
    """How many years a complaint is kept: at least, or at the most."""

    at_least_years: Annotated[int, Field(ge=1, le=100)] | None = None
    at_most_years: Annotated[int, Field(ge=1, le=100)] | None = None
    counted_from: Code = "received"
    scope: str = ""
    evidence: Evidence

    @model_validator(mode="after")
    def _one_limit(self) -> Retention:
        if (self.at_least_years is None) == (self.at_most_years is None):
            raise wrong("a retention has one limit", mend="write either `at_least_years:` or `at_most_years:`")
        return self


class IndemnityStep(Part):
    """What is owed from so many times the standard time on."""

    from_times_the_standard: Annotated[int, Field(ge=1)]
    amount: Decimal


class Indemnity(Part):
    """What is owed to a customer who was answered late."""

    currency: str = Field(pattern=r"^[A-Z]{3}$")
    at_least: Decimal | None = None
    per_day: Decimal | None = None
    at_most: Decimal | None = None
    steps: tuple[IndemnityStep, ...] = ()
    once_per_disservice: bool = False
    note: str = ""
    evidence: Evidence
