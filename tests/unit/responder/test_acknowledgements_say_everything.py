"""Every template, in every language and form, for every category, makes an acknowledgement fit to be sent."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from functools import cache
from zoneinfo import ZoneInfo

import pytest

from services.responder.domain.acknowledgement import compose_acknowledgement
from services.responder.domain.facts import AcknowledgementFacts, Form, Promised, facts_of
from services.responder.domain.lint import SHORT_LENGTH
from services.responder.domain.wording import WORDINGS
from services.responder.domain.work import WorkState
from shared.rulebook.policy_parts import Escalation
from shared.rulebook.queues import QueuesFile
from shared.rulebook.source import read
from shared.rulebook.taxonomy import TaxonomyFile
from tests.unit.responder.house import RULEBOOK, Desk, templates, terms

LANGUAGES = ("it", "en", "fr", "de", "es")
FORMS: tuple[Form, ...] = ("long", "short", "public")
WISHES = {
    "it": "rimborso completo",
    "en": "a full refund",
    "fr": "un remboursement",
    "de": "Erstattung",
    "es": "reembolso",
}


@cache
def taxonomy() -> TaxonomyFile:
    found, problems = read(RULEBOOK / "taxonomy.yaml", TaxonomyFile)
    assert found is not None, problems
    return found


@cache
def queues() -> QueuesFile:
    found, problems = read(RULEBOOK / "queues.yaml", QueuesFile)
    assert found is not None, problems
    return found


def facts(language: str, state: WorkState | None = None, *, policy: str = "retail.default") -> AcknowledgementFacts:
    return facts_of(
        state or Desk(policy).state,
        taxonomy=taxonomy(),
        queues=queues(),
        terms=terms(policy),
        language=language,
        organisation="Mobili Verdi",
        sender="care@example.test",
        personal=("Dario Verdi", "+39 333 1234567"),
        given=frozenset({"order_reference"}),
    )


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_every_category_severity_and_wish_is_acknowledged_completely(language: str, form: Form) -> None:
    desk = Desk()
    for code, category in taxonomy().categories.items():
        for sub in (None, *category.subcategories):
            for severity, wish in (("S1", WISHES[language]), ("S3", None), ("S3", "refund")):
                state = replace(
                    desk.state,
                    category=code,
                    subcategory=sub,
                    severity=severity,
                    outcome_sought=wish,
                    queue=category.queue,
                )
                composed = compose_acknowledgement(facts(language, state), templates=templates(), form=form)
                assert composed.findings == (), (code, sub, severity, composed.text)
                assert form != "short" or len(composed.text) <= SHORT_LENGTH


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_policy_with_an_ombudsman_names_him(language: str) -> None:
    told = replace(facts(language), escalation=Escalation(body="Arbitro Bancario", address="https://abf.example"))
    composed = compose_acknowledgement(told, templates=templates(), form="long")
    assert composed.findings == ()
    assert "Arbitro Bancario" in composed.text
    assert "https://abf.example" in composed.text


def test_dates_are_said_in_the_language_and_in_the_zone_of_the_calendar() -> None:
    late = datetime(2026, 12, 18, 23, 30, tzinfo=UTC)  # half past midnight on Saturday in Rome
    said = {name: words.day_and_time(late, ZoneInfo("Europe/Rome")) for name, words in WORDINGS.items()}
    assert said == {
        "en": "Saturday 19 December 2026 at 00:30",
        "it": "sabato 19 dicembre 2026 alle 00:30",
        "fr": "samedi 19 décembre 2026 à 00:30",
        "de": "Samstag, 19. Dezember 2026, 00:30",
        "es": "sábado 19 de diciembre de 2026 a las 00:30",
    }


def test_a_promise_of_hours_is_told_with_the_hour() -> None:
    composed = compose_acknowledgement(facts("en", policy="safety.urgent"), templates=templates(), form="long")
    assert "answer you by Friday 18 December 2026 at 18:30" in composed.text


def test_a_language_without_templates_is_answered_in_english() -> None:
    assert templates().language_for("pl") == "en"
    assert templates().language_for("IT") == "it"
    assert templates().language_for("de-AT") == "de"


def test_the_subject_carries_the_reference_and_is_one_line() -> None:
    subject = compose_acknowledgement(facts("it"), templates=templates(), form="long").subject
    assert subject == "Abbiamo ricevuto il suo reclamo HJKMNPQ23"


def test_a_wish_in_the_customers_words_becomes_one_harmless_line() -> None:
    wish = (
        "I want {{ config }} <b>my</b>\r\nBcc: all@example.test, see http://evil.test or evil.test/x " + "money " * 60
    )
    composed = compose_acknowledgement(replace(facts("en"), outcome=wish), templates=templates(), form="long")
    assert composed.findings == ()
    assert "{{" not in composed.text
    assert "What you ask for: I want config b my /b Bcc: see or evil. test/x money money" in composed.text
    assert max(map(len, composed.text.splitlines())) < 260


def test_in_public_neither_the_wish_nor_the_problem_is_repeated() -> None:
    told = replace(facts("it"), outcome="rimborso sul mio IBAN", problem="Dati personali – violazione")
    text = compose_acknowledgement(told, templates=templates(), form="public").text
    assert "IBAN" not in text
    assert "violazione" not in text
    assert told.reference in text


def test_a_date_not_promised_withholds_the_acknowledgement() -> None:
    told = replace(facts("en"), final_answer=None)
    composed = compose_acknowledgement(told, templates=templates(), form="long")
    assert "final_answer_unknown" in {finding.code for finding in composed.findings}


def test_a_date_that_has_passed_already_is_not_promised() -> None:
    told = replace(facts("en"), next_update=Promised(due_at=datetime(2026, 1, 1, tzinfo=UTC)))
    composed = compose_acknowledgement(told, templates=templates(), form="long")
    assert "date_passed" in {finding.code for finding in composed.findings}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_short_one_stays_short_whatever_has_to_go_into_it(language: str) -> None:
    desk = Desk("safety.urgent")
    for code, category in taxonomy().categories.items():
        for sub in (None, *category.subcategories):
            state = replace(
                desk.state, category=code, subcategory=sub, severity="S1", queue=category.queue, channel="web_form"
            )
            told = replace(
                facts(language, state, policy="safety.urgent"),
                organisation="Società Anonima Mobili Verdi di Mario Verdi e Figli",
                outcome="tutto quello che mi spetta, e presto, e con le scuse",
            )
            composed = compose_acknowledgement(told, templates=templates(), form="short")
            assert composed.findings == (), composed.text
            assert len(composed.text) <= SHORT_LENGTH
