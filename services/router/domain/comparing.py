"""What another rulebook would have decided of complaints: counted, and shown by a few references of each kind."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

EXAMPLES: Final = 5

NAMES: Final = {"queue": "queues", "playbook": "playbooks", "policy": "policies", "priority": "priorities"}
"""What is compared, in its order, and under which name it is told."""

Way = tuple[str, str]
"""From what was decided to what would be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One complaint: its reference, and queue, playbook, policy and priority as decided and as they would be."""

    reference: str
    was: tuple[str, str, str, str]
    would_be: tuple[str, str, str, str]
    other_dates: bool
    """Whether the clocks would run by other terms, so that dates would be others."""


@dataclass(slots=True, kw_only=True)
class Comparison:
    """The sum over complaints; sums of parts add up to the sum of the whole, in any order."""

    complaints: int = 0
    unreadable: int = 0
    moved: int = 0
    other_dates: int = 0
    ways: dict[str, Counter[Way]] = field(default_factory=lambda: {name: Counter() for name in NAMES})
    examples: dict[tuple[str, Way], list[str]] = field(default_factory=dict)

    @classmethod
    def of(cls, told: Mapping[str, Any]) -> Comparison:
        """Return the sum that was told; nothing told is nothing counted."""
        found = cls(**{name: told.get(name, 0) for name in ("complaints", "unreadable", "moved", "other_dates")})
        for name, plural in NAMES.items():
            for way in told.get(plural, ()):
                found.ways[name][way["from"], way["to"]] = way["complaints"]
                found.examples[name, (way["from"], way["to"])] = list(way["examples"])
        return found

    def add(self, one: Compared) -> None:
        """Count a complaint."""
        self.complaints += 1
        self.moved += one.was[0] != one.would_be[0]
        self.other_dates += one.other_dates
        if one.was == one.would_be:
            return
        for name, was, would_be in zip(NAMES, one.was, one.would_be, strict=True):
            if was != would_be:
                self.ways[name][was, would_be] += 1
                self._show(name, (was, would_be), [one.reference])

    def include(self, other: Comparison) -> None:
        """Add the sum over other complaints."""
        self.complaints += other.complaints
        self.unreadable += other.unreadable
        self.moved += other.moved
        self.other_dates += other.other_dates
        for name in NAMES:
            self.ways[name].update(other.ways[name])
        for (name, way), references in other.examples.items():
            self._show(name, way, references)

    def _show(self, name: str, way: Way, references: Iterable[str]) -> None:
        # The first by the alphabet, so that the same complaints show the same examples however they are divided.
        kept = self.examples.setdefault((name, way), [])
        kept[:] = sorted({*kept, *references})[:EXAMPLES]

    def told(self) -> dict[str, Any]:
        """Return the sum as it is stored and shown: each way with its number and examples, the widest first."""
        return {
            "complaints": self.complaints,
            "moved": self.moved,
            "other_dates": self.other_dates,
            "unreadable": self.unreadable,
        } | {plural: self._ways(name) for name, plural in NAMES.items()}

    def _ways(self, name: str) -> list[dict[str, Any]]:
        ordered = sorted(self.ways[name].items(), key=lambda item: (-item[1], item[0]))
        return [
            {"from": way[0], "to": way[1], "complaints": number, "examples": self.examples[name, way]}
            for way, number in ordered
        ]
