"""What holds for some days only: a rule or a policy with the dates between which it counts."""

from __future__ import annotations

from datetime import date
from typing import Self

from pydantic import model_validator

from shared.rulebook.mends import wrong
from shared.rulebook.source import Part


class Dated(Part):
    """A part with the days of receipt for which it holds, both included; a date left out bounds nothing."""

    effective_from: date | None = None
    effective_to: date | None = None

    @model_validator(mode="after")
    def ends_after_it_begins(self) -> Self:
        """Else it would never hold."""
        if self.effective_from and self.effective_to and self.effective_to < self.effective_from:
            raise wrong("it ends before it begins", mend="exchange effective_from and effective_to")
        return self

    @property
    def dated(self) -> bool:
        """Whether there are days on which it does not hold."""
        return self.effective_from is not None or self.effective_to is not None

    def in_force(self, on: date) -> bool:
        """Tell whether it holds for what is received on a day."""
        return (self.effective_from or on) <= on <= (self.effective_to or on)
