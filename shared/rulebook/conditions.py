"""What a condition allows, as far as it is written plainly: so that one rule can be proven to take all of another's.

A condition becomes a list of alternatives, each a set of demands on facts. What is not understood is kept word for word
and implies only itself; a condition too wide to take apart is one such demand.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import reduce
from typing import Final

MOST_ALTERNATIVES: Final = 128
_BOUND: Final = 2**60

_VALUE = r"(?:\"([^\"\\]*)\"|'([^'\\]*)')"
_EQUALS = re.compile(rf"complaint\.(\w+) *(==|!=) *{_VALUE}")
_EQUALED = re.compile(rf"{_VALUE} *(==|!=) *complaint\.(\w+)")
_AMONG = re.compile(rf"complaint\.(\w+) +in +\[ *({_VALUE}(?: *, *{_VALUE})*),? *\]")
_NOTICED = re.compile(rf"{_VALUE} +in +complaint\.signals")
_NUMBER = re.compile(r"complaint\.(reach|contacts|attachments) *(==|>=|<=|>|<) *(\d{1,15})")
_FLAG = re.compile(r"complaint\.(internal|public|automatic|has_order)(?: *(==|!=) *(true|false))?")
_GRAVE = re.compile(r"complaint\.severity *(<=|>=|<|>) *[\"'](S\d)[\"']")
_TOKEN = re.compile(r"\"(?:[^\"\\]|\\.)*\"|'(?:[^'\\]|\\.)*'|&&|\|\||[()\[\]{}!?]|[^\"'&|()\[\]{}!?]+|.", re.DOTALL)

SEVERITIES: Final = ("S1", "S2", "S3", "S4")


@dataclass(frozen=True, slots=True)
class Values:
    """The values that a text may have: these, or (`other`) all but these."""

    named: frozenset[str]
    other: bool = False

    def within(self, wider: Values) -> bool:
        """Tell whether every value of this is one of `wider`."""
        if self.other:
            return wider.other and wider.named <= self.named
        return not (self.named & wider.named) if wider.other else self.named <= wider.named

    def both(self, more: Values) -> Values:
        """Return the values that are in both."""
        if self.other and more.other:
            return Values(self.named | more.named, other=True)
        if not self.other and not more.other:
            return Values(self.named & more.named)
        some, rest = (more, self) if self.other else (self, more)
        return Values(some.named - rest.named)

    @property
    def none(self) -> bool:
        """Whether there is no such value."""
        return not self.other and not self.named


@dataclass(frozen=True, slots=True)
class Between:
    """The whole numbers from `low` to `high`, both included."""

    low: int = 0
    high: int = _BOUND

    def within(self, wider: Between) -> bool:
        """Tell whether every number of this is one of `wider`."""
        return wider.low <= self.low and self.high <= wider.high

    def both(self, more: Between) -> Between:
        """Return the numbers that are in both."""
        return Between(max(self.low, more.low), min(self.high, more.high))

    @property
    def none(self) -> bool:
        """Whether there is no such number."""
        return self.low > self.high


Demand = Values | Between
Alternative = dict[str, Demand]
"""What must hold together, by fact; a signal is `signal:<name>`, what is not understood `:<the words>`."""


def alternatives(condition: str) -> list[Alternative]:
    """Return the ways in which a condition can hold; those that contradict themselves are left out."""
    try:
        found = _either(condition)
    except (_TooWideError, RecursionError):
        found = [_as_written(condition)]
    return [one for one in found if not any(demand.none for demand in one.values())]


def understood(alternative: Alternative) -> bool:
    """Tell whether nothing in it is kept word for word: then asking can neither raise nor be anything but plain."""
    return not any(fact.startswith(":") for fact in alternative)


def implied(narrow: Alternative, wide: Alternative) -> bool:
    """Tell whether `wide` holds wherever `narrow` does."""
    for fact, demand in wide.items():
        own = narrow.get(fact)
        if own is None or type(own) is not type(demand) or not own.within(demand):  # type: ignore[arg-type]
            return False
    return True


class _TooWideError(Exception):
    pass


def _either(text: str) -> list[Alternative]:
    found = [one for part in _split(text, "||") for one in _all(part)]
    if len(found) > MOST_ALTERNATIVES:
        raise _TooWideError
    return found


def _all(text: str) -> list[Alternative]:
    return reduce(_combined, (_one(part) for part in _split(text, "&&")), [{}])


def _combined(left: list[Alternative], right: list[Alternative]) -> list[Alternative]:
    if len(left) * len(right) > MOST_ALTERNATIVES:
        raise _TooWideError
    return [_merged(one, more) for one in left for more in right]


def _merged(one: Alternative, more: Alternative) -> Alternative:
    merged = dict(one)
    for fact, demand in more.items():
        merged[fact] = merged[fact].both(demand) if fact in merged else demand  # type: ignore[arg-type]
    return merged


def _one(text: str) -> list[Alternative]:
    text = text.strip()
    inner = _inside(text)
    if inner is not None:
        return _either(inner)
    if text.startswith("!"):
        return [_denied(text)]
    return [_demand(text)]


def _inside(text: str) -> str | None:
    """Return what stands in brackets around the whole text, nothing where there are none."""
    if not (text.startswith("(") and text.endswith(")")):
        return None
    depth = 0
    for found in _TOKEN.finditer(text):
        depth += (found[0] == "(") - (found[0] == ")")
        if depth == 0:
            return text[1:-1] if found.end() == len(text) else None
    return None


def _split(text: str, between: str) -> Sequence[str]:
    parts, depth, start = [], 0, 0
    for found in _TOKEN.finditer(text):
        depth += (found[0] in "([{") - (found[0] in ")]}")
        if depth == 0 and found[0] == "?":
            return [text]  # a choice binds looser than all else
        if depth == 0 and found[0] == between:
            parts.append(text[start : found.start()])
            start = found.end()
    return [*parts, text[start:]]


def _demand(text: str) -> Alternative:
    if text in ("true", "false"):
        return {} if text == "true" else {"true": Values(frozenset())}
    return next((found for found in _read(text)), None) or _as_written(text)


def _read(text: str) -> Iterator[Alternative]:
    if found := _EQUALS.fullmatch(text):
        yield {found[1]: Values(frozenset({found[3] or found[4] or ""}), other=found[2] == "!=")}
    if found := _EQUALED.fullmatch(text):
        yield {found[4]: Values(frozenset({found[1] or found[2] or ""}), other=found[3] == "!=")}
    if found := _AMONG.fullmatch(text):
        named = frozenset(one or two for one, two in re.findall(_VALUE, found[2]))
        yield {found[1]: Values(named)}
    if found := _NOTICED.fullmatch(text):
        yield {f"signal:{found[1] or found[2]}": Values(frozenset({"yes"}))}
    if found := _FLAG.fullmatch(text):
        yield {found[1]: _truth(yes=(found[3] or "true") == ("true" if found[2] != "!=" else "false"))}
    if found := _NUMBER.fullmatch(text):
        yield {found[1]: _numbers(found[2], int(found[3]))}
    if found := _GRAVE.fullmatch(text):
        yield {"severity": Values(frozenset(one for one in SEVERITIES if _stands(one, found[1], found[2])))}


def _truth(*, yes: bool) -> Values:
    return Values(frozenset({"yes" if yes else "no"}))


def _denied(text: str) -> Alternative:
    inner = text[1:].strip()
    read = next(iter(_read(_inside(inner) or inner)), None)
    if read:
        ((fact, demand),) = read.items()
        if isinstance(demand, Values) and (fact.startswith("signal:") or demand.named <= {"yes", "no"}):
            return {fact: Values(frozenset({"yes", "no"}) - demand.named)}
        if isinstance(demand, Values):
            return {fact: Values(demand.named, other=not demand.other)}
    return _as_written(text)


def _as_written(text: str) -> Alternative:
    return {f":{text.strip()}": Values(frozenset({"yes"}))}


def _numbers(sign: str, number: int) -> Between:
    return {
        "==": Between(number, number),
        ">=": Between(number),
        ">": Between(number + 1),
        "<=": Between(high=number),
        "<": Between(high=number - 1),
    }[sign]


def _stands(one: str, sign: str, other: str) -> bool:
    return {"<=": one <= other, ">=": one >= other, "<": one < other, ">": one > other}[sign]
