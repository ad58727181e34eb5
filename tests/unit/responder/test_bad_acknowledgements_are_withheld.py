"""What an acknowledgement must say, taken away, and what it must not, put in, is found, and nothing else."""

from __future__ import annotations

from dataclasses import replace

import pytest

from services.responder.domain.acknowledgement import compose_acknowledgement
from services.responder.domain.facts import AcknowledgementFacts, Form, values
from services.responder.domain.lint import lint
from shared.rulebook.policy_parts import Escalation
from shared.rulebook.templates import Templates
from tests.unit.responder.house import templates
from tests.unit.responder.test_acknowledgements_say_everything import FORMS, LANGUAGES, WISHES, facts

SEEDED = {
    "no_date": {
        "en": "We will get back to you as soon as possible.", "it": "Le risponderemo nel più breve tempo possibile.",
        "fr": "Nous reviendrons vers vous dans les meilleurs délais.", "de": "Wir melden uns schnellstmöglich.",
        "es": "Le contestaremos lo antes posible.",
    },
    "blame": {
        "en": "You should have read the manual.", "it": "Avrebbe dovuto leggere le istruzioni.",
        "fr": "Vous auriez dû lire la notice.", "de": "Sie hätten die Anleitung lesen sollen.",
        "es": "Debería haber leído el manual.",
    },
    "unapproved_remedy": {
        "en": "We will refund the whole amount.", "it": "Le rimborseremo tutto.", "fr": "Nous vous rembourserons.",
        "de": "Wir werden Ihnen den Betrag erstatten.", "es": "Le reembolsaremos todo.",
    },
    "advertising": {
        "en": "Sign up to our newsletter!", "it": "Si iscriva alla newsletter!", "fr": "Découvrez nos nouveautés !",
        "de": "Entdecken Sie unsere Sonderangebote!", "es": "¡Descubra nuestras novedades!",
    },
    "asks_again": {
        "en": "Please send us your order number.", "it": "Ci mandi il numero d'ordine.",
        "fr": "Envoyez-nous le numéro de commande.", "de": "Nennen Sie uns die Bestellnummer.",
        "es": "Envíenos el número de pedido.",
    },
    "no_reply": {
        "en": "Please do not reply to this message.", "it": "Per favore non risponda a questo messaggio.",
        "fr": "Merci de ne pas répondre à ce message.", "de": "Bitte nicht antworten.",
        "es": "No responda a este mensaje.",
    },
    "other_channel": {
        "en": "Please use our web form.", "it": "Compili il nostro modulo.", "fr": "Remplissez le formulaire.",
        "de": "Nutzen Sie unser Formular.", "es": "Rellene el formulario.",
    },
}  # fmt: skip
IN_EVERY_LANGUAGE = {
    "placeholder": ("Dear {{ name }},", "Dear [NAME],", "Hello None", "Due: undefined", "%(date)s", "<first name>"),
    "closed_platform": ("https://ec.europa.eu/consumers/odr",),
    "other_reference": ("Like ABCDEFGH2, which we solved.",),
}
PERSONAL = (
    "Dear Dario,", "Your number is 333 1234567.", "Write to dario@example.test", "IT60 X054 2811 1010 0000 0123 456",
    "VRDDRA80A01H501U", "+39 02 1234 5678", "4111 1111 1111 1111",
)  # fmt: skip


def good(language: str, form: Form) -> tuple[str, AcknowledgementFacts]:
    told = replace(
        facts(language),
        outcome=WISHES[language],
        severity="S1",
        escalation=Escalation(body="Arbitro", address="https://abf.example"),
        missing=("Il codice del pezzo?",),
    )
    composed = compose_acknowledgement(told, templates=templates(), form=form)
    assert composed.findings == ()
    return composed.text, told


def codes(text: str, told: AcknowledgementFacts, form: Form) -> set[str]:
    return {finding.code for finding in lint(text, told, form=form)}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", ["long", "short"])
@pytest.mark.parametrize("code", sorted(SEEDED))
def test_what_must_not_be_said_is_found_and_nothing_else(code: str, form: Form, language: str) -> None:
    text, told = good(language, form)
    found = codes(f"{text}\n{SEEDED[code][language]}", told, form)
    assert found - {"too_long"} == {code}


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("code", sorted(IN_EVERY_LANGUAGE))
def test_what_is_half_made_or_of_others_is_found(code: str, form: Form, language: str) -> None:
    text, told = good(language, form)
    for seed in IN_EVERY_LANGUAGE[code]:
        assert code in codes(f"{text}\n{seed}", told, form), seed


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("seed", PERSONAL)
def test_personal_data_is_found_where_everybody_reads(seed: str, language: str) -> None:
    text, told = good(language, "public")
    assert "personal_data" in codes(f"{text} {seed}", told, "public")


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("form", FORMS)
def test_each_value_taken_away_is_missed(form: Form, language: str) -> None:
    text, told = good(language, form)
    filled = values(told, form)
    public = ["reference", "next_update", "final_answer"]
    private = [*public, "received", "channel", "problem", "team", "outcome"]
    for name in public if form == "public" else private:
        assert f"{name}_missing" in codes(text.replace(str(filled[name]), "..."), told, form), name


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_line_of_a_long_one_is_needed(language: str) -> None:
    text, told = good(language, "long")
    free = (
        "Guten Tag,",
        "Good day,",
        "Buongiorno,",
        "Bonjour,",
        "Buenos días:",
        "Mobili Verdi",
        "adesso",
        "suite",
        "next",
    )
    needed = [
        line
        for line in text.splitlines()
        if line.strip() and not line.rstrip().endswith((*free, "weitergeht", "ahora"))
    ]
    told_twice = {"add_information_missing", "person_missing"}  # several lines invite to answer and speak of people
    unmissed = [line for line in needed if not codes(text.replace(line, ""), told, "long") - told_twice]
    assert len(needed) >= 11
    assert len(unmissed) <= 2, unmissed  # the invitation to answer and the way to a person, each said more than once


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_wrong_language_is_noticed(language: str) -> None:
    text, told = good(language, "long")
    other = LANGUAGES[(LANGUAGES.index(language) + 1) % len(LANGUAGES)]
    assert "language" in codes(text, replace(told, language=other), "long")


def test_an_address_that_takes_no_answer_is_refused() -> None:
    text, told = good("en", "long")
    assert codes(text, replace(told, sender="no-reply@example.test"), "long") == {"no_reply"}


def test_a_customer_who_asks_for_a_discount_makes_no_advertising() -> None:
    told = replace(facts("it"), outcome="uno sconto, nel più breve tempo possibile")
    assert compose_acknowledgement(told, templates=templates(), form="long").findings == ()


def test_as_soon_as_possible_is_fine_beside_a_date() -> None:
    text, told = good("en", "long")
    assert codes(f"{text}\nAs soon as possible, and by 28 December at the latest.", told, "long") == set()


def test_a_short_one_that_is_long_is_withheld() -> None:
    text, told = good("en", "short")
    assert codes(text + " indeed" * 60, told, "short") == {"too_long"}


def test_a_template_that_wants_what_is_not_there_withholds_instead_of_failing() -> None:
    poor = Templates(sources={("en", "acknowledgement.short"): "Dear {{ first_name }}"})
    composed = compose_acknowledgement(facts("en"), templates=poor, form="short")
    assert [finding.code for finding in composed.findings] == ["template_failed"]


@pytest.mark.parametrize(
    "attack", ["{{ ''.__class__.__mro__ }}", "{{ missing.append(1) }}", "{{ range(10 ** 9) | list }}"]
)
def test_a_template_can_only_fill_in_what_it_is_given(attack: str) -> None:
    hostile = Templates(sources={("en", "acknowledgement.short"): attack})
    composed = compose_acknowledgement(facts("en"), templates=hostile, form="short")
    assert [finding.code for finding in composed.findings] == ["template_failed"]
