"""taxonomy.yaml: what a complaint can be about, how grave that is, and the words it may end with."""

from __future__ import annotations

from datetime import timedelta

from pydantic import Field, model_validator

from shared.rulebook.entities import EntityShapes
from shared.rulebook.mends import wrong
from shared.rulebook.source import Part
from shared.rulebook.words import Code, Priority, Severity, Titles


class Subcategory(Part):
    """One kind of complaint within a category; `severity` replaces the category's usual one."""

    titles: Titles
    severity: Severity | None = None
    playbook: Code | None = None


class Category(Part):
    """What a complaint is about, the queue and the playbook it goes to, and how grave it usually is.

    One that `outweighs` is chosen as soon as it is told clearly, whatever else is told at greater length.
    """

    titles: Titles
    queue: Code
    playbook: Code
    severity: Severity = "S3"
    outweighs: bool = False
    subcategories: dict[Code, Subcategory] = Field(default_factory=dict)


class Signal(Part):
    """Something beside the category that may change who acts and how fast; `at_least` is a floor of severity."""

    titles: Titles
    at_least: Severity | None = None


class Floor(Part):
    """A complaint of this category (and subcategory, and with all of these signals) is at least this severe."""

    category: Code | None = None
    subcategory: Code | None = None
    signals: tuple[Code, ...] = ()
    contacts: int | None = Field(default=None, ge=2)
    at_least: Severity

    @model_validator(mode="after")
    def says_when(self) -> Floor:
        """A floor under everything would be the usual severity."""
        if not (self.category or self.signals or self.contacts):
            raise wrong("a floor without a condition", mend="name a category, signals or contacts")
        return self


class Reach(Part):
    """From how many followers an author raises severity; never by more than one level."""

    followers: int = Field(ge=1)


class Entry(Part):
    """A code that people choose from a list, with its titles."""

    titles: Titles
    needs_evidence: bool = False
    needs_second_reviewer: bool = False


class TaxonomyFile(Part):
    """The whole vocabulary. `unclear` is the category of a complaint whose matter the words do not tell."""

    unclear: Code
    not_a_complaint: Code
    categories: dict[Code, Category] = Field(min_length=1)
    signals: dict[Code, Signal] = Field(default_factory=dict)
    floors: tuple[Floor, ...] = ()
    reach: Reach
    priorities: dict[Severity, Priority]
    outcomes_sought: dict[Code, Entry] = Field(default_factory=dict)
    entities: EntityShapes = EntityShapes()
    root_causes: dict[Code, Entry] = Field(min_length=1)
    outcomes: dict[Code, Entry] = Field(min_length=1)
    redress: dict[Code, Entry] = Field(default_factory=dict)
    reopen_reasons: dict[Code, Entry] = Field(min_length=1)

    @model_validator(mode="after")
    def every_severity_has_a_priority(self) -> TaxonomyFile:
        """Else a complaint could come out without one."""
        for severity in ("S1", "S2", "S3", "S4"):
            if severity not in self.priorities:
                raise wrong(f"severity {severity} has no priority", mend=f"add `{severity}: P2` under priorities")
        return self


class CorrelationFile(Part):
    """correlation.yaml: how a message finds its complaint, and a complaint another that is the same.

    `reopen_within` counts from closing. Complaints that came within `same_within` of each other are compared; as alike
    as `suggest_from` (0 to 1) a link is suggested, as alike as `link_from` they are linked; without it none is.
    """

    reopen_within: timedelta = timedelta(days=14)
    quoted_references: bool = True
    same_within: timedelta = timedelta(days=7)
    suggest_from: float = Field(default=0.55, ge=0.3, le=1)
    link_from: float | None = Field(default=None, ge=0.5, le=1)
