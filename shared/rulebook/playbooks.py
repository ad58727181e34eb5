"""playbooks/*.yaml: the steps a complaint goes through, who takes each, and what shows that it was done."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, model_validator

from shared.rulebook.allowance import WrittenAllowance
from shared.rulebook.mends import wrong
from shared.rulebook.source import Part
from shared.rulebook.words import Code, Titles

Actor = Literal["system", "agent", "lead", "customer"]


class PlaybookStep(Part):
    """One step.

    `done_when` is a sentence a person can judge by; `required_evidence` names what must be attached or written (none:
    the entry itself). `due_offset` counts from receipt, as "4 hours" or "2 business_days".
    """

    id: Code
    order: int = Field(ge=1)
    actor: Actor
    titles: Titles
    done_when: Titles
    required_evidence: tuple[Code, ...] = ()
    due_offset: WrittenAllowance | None = None
    message_template: str | None = None
    skippable_with_reason: bool = False


class Playbook(Part):
    """A method as ordered steps; `method` spells out its letters, `use_when` tells a lead when to choose it."""

    playbook: Code
    titles: Titles
    method: str
    use_when: Titles
    steps: tuple[PlaybookStep, ...] = Field(min_length=1)

    @model_validator(mode="after")
    def steps_stand_in_order(self) -> Playbook:
        """A step twice, or out of its order, could not be followed."""
        ids = [step.id for step in self.steps]
        twice = sorted({one for one in ids if ids.count(one) > 1})
        if twice:
            raise wrong(f"the step `{twice[0]}` stands twice", mend="give each step its own id")
        orders = [step.order for step in self.steps]
        if orders != list(range(1, len(orders) + 1)):
            raise wrong(f"the steps are numbered {orders}", mend="number them 1, 2, 3 from top to bottom")
        return self
