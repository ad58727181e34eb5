"""Runs the tests of a rulebook as its complaints would be decided if they came."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, time
from uuid import UUID

from services.router.usecases.deciding import ByRulebook, Judgement
from shared.contracts.parts import Attachment, Sender
from shared.contracts.received import MessageReceived
from shared.rulebook.load import Rulebook
from shared.rulebook.rule_tests import Expected, Given, RuleTest, RuleTestsFile
from shared.rulebook.source import Problem, Source

_NOBODY = UUID(int=0)


def try_tests(rulebook: Rulebook, source: Source[RuleTestsFile] | None, *, today: date) -> list[Problem]:
    """Return every test of `source` that comes out otherwise, at the line of what was expected."""
    judge = ByRulebook(rulebook=rulebook)
    found: list[Problem] = []
    if source is None:
        return found
    for index, test in enumerate(rulebook.tests):
        said = judge(message_of(test.given, today=today), contacts=test.given.contacts)
        for field, what, mend in _differences(test, said):
            found.append(source.problem("tests", index, "expect", field, what=what, mend=mend))
    return found


def message_of(given: Given, *, today: date) -> MessageReceived:
    """Return the message that a test describes, received at noon."""
    attachments = tuple(
        Attachment(attachment_id=UUID(int=number), name=f"{number}", media_type="application/octet-stream")
        for number in range(given.attachments)
    )
    return MessageReceived(
        message_id=_NOBODY,
        complaint_id=_NOBODY,
        reference="TEST",
        account=given.account,
        channel=given.channel,
        conversation="test",
        provider_message_id="test",
        received_at=datetime.combine(given.on or today, time(12), tzinfo=UTC),
        sender=Sender(internal=given.internal, reach=given.reach or None),
        subject=given.subject,
        text=given.text,
        attachments=attachments,
        automatic="said by the test" if given.automatic else None,
        public=given.public,
        language=given.language,
        segment=given.segment,
        order_reference=given.order_reference,
        outcome_sought=given.outcome_sought,
        metadata=given.metadata,
    )


def _differences(test: RuleTest, said: Judgement) -> Iterator[tuple[str, str, str]]:
    """Yield the field, what is wrong and what mends it, for each expectation that is not met."""
    because = said.decision.because
    evidence = (
        "; ".join(f"{one.fact}: {', '.join(one.words)}" for one in because.evidence[:4]) or "no words of a lexicon"
    )
    mend = f"it was decided by the rule `{because.rule}` ({evidence}): mend the rulebook, or what is expected"
    for field in sorted(test.expect.model_fields_set):
        if field == "signals":
            if missing := sorted(set(test.expect.signals) - set(said.decision.signals)):
                yield field, f"the test `{test.id}` expects the signals {missing}, not noticed", mend
            continue
        expected, came = _pair(test.expect, said, field)
        if expected != came:
            yield field, f"the test `{test.id}` expects {field} `{expected}`, it comes out as `{came}`", mend


def _pair(expect: Expected, said: Judgement, field: str) -> tuple[object, object]:
    expected = getattr(expect, field)
    if field == "rule":
        return expected, said.decision.because.rule
    if field == "outcome_sought":
        return expected, said.outcome_sought
    return expected, getattr(said.decision, field)
