"""The acknowledgement: composed from the template of its language and form, and checked before anybody sends it."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Final

from services.responder.domain.facts import AcknowledgementFacts, Form, plain, values
from services.responder.domain.lint import lint
from services.responder.domain.lint_wording import Finding
from shared.rulebook.templates import TemplateFailed, Templates

_SHORT_WISH: Final = 16
_SHORT_NAME: Final = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A text ready to be sent, unless `findings` say why it must be withheld."""

    subject: str | None
    text: str
    language: str
    findings: tuple[Finding, ...]


def compose_acknowledgement(facts: AcknowledgementFacts, *, templates: Templates, form: Form) -> Composed:
    """Return the acknowledgement in the language of the facts, with everything that speaks against sending it.

    A policy may have a template of its own: `acknowledgement.long.<policy>` goes before `acknowledgement.long`. Only
    the long form has a subject. A short one that is too long is tried again with less of the wish and of the name.
    """
    composed = _composed(facts, templates, form)
    if any(finding.code == "too_long" for finding in composed.findings):
        return _composed(_shortened(facts), templates, form)
    return composed


def _shortened(facts: AcknowledgementFacts) -> AcknowledgementFacts:
    outcome = plain(facts.outcome, limit=_SHORT_WISH)
    return replace(facts, outcome=outcome, organisation=facts.organisation[:_SHORT_NAME].strip())


def _composed(facts: AcknowledgementFacts, templates: Templates, form: Form) -> Composed:
    filled = values(facts, form)
    name = f"acknowledgement.{form}"
    subject = None
    try:
        text = templates.render(facts.language, (f"{name}.{facts.policy}", name), filled)
        if form == "long":
            subject = " ".join(templates.render(facts.language, ("acknowledgement.subject",), filled).split())
    except TemplateFailed as error:
        unfit = Finding(code="template_failed", detail=str(error))
        return Composed(subject=None, text="", language=facts.language, findings=(unfit,))
    findings = lint(text, facts, form=form)
    if subject is not None:
        findings += lint_subject(subject, facts)
    return Composed(subject=subject, text=text, language=facts.language, findings=findings)


def lint_subject(subject: str, facts: AcknowledgementFacts) -> tuple[Finding, ...]:
    """Return what is wrong with a subject: it must carry the reference, and nothing half-made."""
    if facts.reference not in subject:
        return (Finding(code="reference_missing", detail="the subject does not carry the reference"),)
    return ()
