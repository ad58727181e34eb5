"""tests.yaml: complaints that somebody thought of, and what the rulebook is expected to say of each."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import Field, model_validator

from shared.rulebook.mends import wrong
from shared.rulebook.source import Part
from shared.rulebook.words import Code, LanguageCode, Priority, RuleId, Severity


class Given(Part):
    """A complaint as it would come, on a day or today; `language` is what the sender said that it is."""

    text: str = Field(min_length=1, max_length=20_000)
    subject: str | None = None
    language: str | None = None
    channel: str = "email"
    account: str = "test"
    segment: str = "consumer"
    internal: bool = False
    public: bool = False
    automatic: bool = False
    reach: int = Field(default=0, ge=0)
    contacts: int = Field(default=1, ge=1, le=100)
    attachments: int = Field(default=0, ge=0, le=100)
    order_reference: str | None = None
    outcome_sought: str | None = None
    metadata: dict[str, str] = Field(default_factory=dict)
    on: date | None = None


class Expected(Part):
    """What is compared; what is left out may be anything. Each of `signals` must be among those that were noticed."""

    queue: Code | None = None
    playbook: Code | None = None
    policy: str | None = None
    priority: Priority | None = None
    rule: RuleId | None = None
    category: Code | None = None
    subcategory: Code | None = None
    severity: Severity | None = None
    language: LanguageCode | None = None
    signals: tuple[Code, ...] = ()
    outcome_sought: Code | None = None

    @model_validator(mode="after")
    def expects_something(self) -> Expected:
        """A test that cannot fail would only look like one."""
        if not self.model_fields_set:
            raise wrong("nothing is expected", mend="add `queue:`, `playbook:`, `policy:` or another fact")
        return self


class RuleTest(Part):
    """One complaint and what is expected of it."""

    id: RuleId
    given: Given
    expect: Expected


class RuleTestsFile(Part):
    """The file: at most 2,000 tests, so that a check ends."""

    tests: Annotated[tuple[RuleTest, ...], Field(max_length=2_000)]
