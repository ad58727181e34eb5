"""Allowances: how much time a promise gives, as people write it: `5 minutes`, `15 business_days`, `8 weeks`."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Annotated, Any, Final, Literal, get_args

from pydantic import BeforeValidator

from shared.rulebook.mends import closest, wrong

Unit = Literal["minutes", "hours", "business_days", "working_days", "calendar_days", "weeks", "months"]
UNITS: Final[tuple[Unit, ...]] = get_args(Unit)
_ISO: Final = {"minutes": "PT{}M", "hours": "PT{}H", "weeks": "P{}W", "months": "P{}M"}
_WRITTEN: Final = re.compile(r"(\d{1,5}) +([a-z_]+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Allowance:
    """An amount of one unit.

    `minutes` and `hours` are working time of the calendar. `business_days` are Monday to Friday without public
    holidays; `working_days` are the days on which the calendar has a shift, own closures counted as closed.
    """

    amount: int
    unit: Unit

    @classmethod
    def parse(cls, text: str) -> Allowance:
        """Return the allowance that `text` writes, or raise a rulebook error that says how to write one."""
        found = _WRITTEN.fullmatch(text.strip())
        if not found or not int(found[1]):
            raise wrong(f"`{text[:40]}` is no allowance", mend="write a number and a unit, such as `15 business_days`")
        unit = found[2] if found[2].endswith("s") else f"{found[2]}s"
        for known in UNITS:
            if unit == known:
                return cls(amount=int(found[1]), unit=known)
        raise wrong(f"`{found[2]}` is no unit of time", mend=closest(unit, UNITS))

    @classmethod
    def of_iso(cls, iso: str, unit: Unit) -> Allowance:
        """Return the allowance that a ledger wrote as an ISO 8601 duration and a unit."""
        return cls(amount=int("".join(filter(str.isdigit, iso))), unit=unit)

    @property
    def in_days(self) -> bool:
        """True where the allowance ends with a day, not with an hour."""
        return self.unit not in ("minutes", "hours")

    def iso(self) -> str:
        """Return the ISO 8601 duration; which days count is the calendar's to say."""
        return _ISO.get(self.unit, "P{}D").format(self.amount)

    def __str__(self) -> str:
        """The allowance as a rulebook writes it."""
        return f"{self.amount} {self.unit}"


def _read(value: Any) -> Any:
    return Allowance.parse(value) if isinstance(value, str) else value


WrittenAllowance = Annotated[Allowance, BeforeValidator(_read)]
"""The field type for models of the rulebook."""
