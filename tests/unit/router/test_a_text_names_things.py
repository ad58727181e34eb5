"""Orders, amounts, dates and accounts are found in a text; what is personal leaves it masked."""

from __future__ import annotations

import time

import pytest

from services.router.domain.entities import entities_of
from services.router.domain.masking import masked
from services.router.domain.misspelt import one_slip
from services.router.domain.numbers import is_card, is_iban
from services.router.domain.own_words import without_footer, without_quotes
from services.router.domain.reading import read
from shared.rulebook.load import Rulebook

PRIVATE = "IBAN IT60X0542811101000000123456, carta 4111 1111 1111 1111, tel. 333 445 5667."


@pytest.mark.parametrize(
    ("text", "kind", "value"),
    [
        ("il mio ordine n. 20931 non arriva", "order", "20931"),
        ("Bestellung AB-44821 fehlt", "order", "AB-44821"),
        ("Pagati 1.284,60 € a marzo", "amount", "1284.60 EUR"),
        ("it cost £1,249.00", "amount", "1249.00 GBP"),
        ("el 3 de marzo de 2026", "date", "2026-03-03"),
        ("am 14.02.2026 bestellt", "date", "2026-02-14"),
        (PRIVATE, "iban", "IT60X0542811101000000123456"),
        (PRIVATE, "card", "4111 1111 1111 1111"),
        (PRIVATE, "phone", "333 445 5667"),
    ],
)
def test_what_a_text_names_is_told(rulebook: Rulebook, text: str, kind: str, value: str) -> None:
    found = {(one.kind, one.value) for one in entities_of(text, shapes=rulebook.taxonomy.entities)}
    assert (kind, value) in found


def test_a_wrong_check_digit_is_no_account() -> None:
    assert is_iban("IT60X0542811101000000123456")
    assert not is_iban("IT60X0542811101000000123457")
    assert is_card("5555 5555 5555 4444")
    assert not is_card("5555 5555 5555 4445")


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ("IBAN DE89370400440532013000 BIC COBADEFFXXX", "IBAN …000 BIC COBADEFFXXX"),
        ("iban it60 x054 2811 1010 0000 0123 456 per il rimborso", "iban …456 per il rimborso"),
        ("gb29 nwbk 6016 1331 9268 19 please", "…819 please"),
        ("carta 4111 1111 1111 1111 12/27 123", "carta …111 12/27 123"),
        ("4111-1111-1111-1111, cvv", "…111, cvv"),
        ("cf rssmra80a01h501u", "cf …01u"),
        ("tel.3334455667", "tel.…667"),
        ("il mio numero 3334455667", "il mio numero …667"),
        ("ordine numero 3334455667 non arriva", "ordine numero 3334455667 non arriva"),
        ("call 212-555-1234", "call …234"),
        ("write to anna.b@example.test, please", "write to …est, please"),
        ("1Z999AA10123456784 on 3/4/2026 for 1.234,50 €", "1Z999AA10123456784 on 3/4/2026 for 1.234,50 €"),
        ("Nothing here.", "Nothing here."),
    ],
)
def test_only_what_is_private_is_masked(rulebook: Rulebook, text: str, shown: str) -> None:
    assert masked(text, shapes=rulebook.taxonomy.entities) == shown


@pytest.mark.parametrize(
    "text",
    ["1" * 200_000, "1." * 10_000, "4 1" * 9_000, "A1" * 50_000, "1'111" * 9_000, "a@" * 50_000, "a.b-" * 50_000],
)
def test_no_text_takes_long(rulebook: Rulebook, text: str) -> None:
    shapes = rulebook.taxonomy.entities
    began = time.process_time()
    entities_of(text, shapes=shapes)
    masked(text, shapes=shapes)
    assert time.process_time() - began < 5


def test_personal_data_is_masked(rulebook: Rulebook) -> None:
    shown = masked(PRIVATE, shapes=rulebook.taxonomy.entities)
    assert not any(secret in shown for secret in ("IT60X", "4111", "333 445"))
    assert "…456" in shown
    for one in entities_of(PRIVATE, shapes=rulebook.taxonomy.entities):
        assert len(one.shown) <= 4


def test_quoted_mail_and_footers_do_not_speak_for_the_customer(rulebook: Rulebook) -> None:
    quoted = "Il pacco non arriva.\n\nIl giorno 3 marzo Anna ha scritto:\n> la stufa ha preso fuoco"
    assert "fuoco" not in without_quotes(quoted)
    assert "injury_or_hazard" not in read(quoted, rulebook=rulebook).signals
    footer = "The parcel is late.\n\nThis e-mail is confidential; misuse may lead to legal action."
    assert "legal" not in without_footer(footer)
    assert "legal_threat" not in read(footer, rulebook=rulebook).signals


def test_a_slip_of_the_finger_does_not_hide_the_matter(rulebook: Rulebook) -> None:
    assert read("Il rimborzo non è ancora arrivatto", rulebook=rulebook).category != "other"
    assert one_slip("consegan", "consegna")
    assert one_slip("deliverred", "delivered")
    assert not one_slip("versammelt", "vergammelt")


def test_a_friendly_question_goes_to_triage_as_an_enquiry(rulebook: Rulebook) -> None:
    reading = read("Buongiorno, siete aperti il 25 aprile?", rulebook=rulebook)
    assert (reading.category, reading.subcategory) == ("not_a_complaint", "enquiry")
    away = read("I am out of the office until Monday. This is an automatic reply.", rulebook=rulebook)
    assert (away.category, away.subcategory) == ("not_a_complaint", "automatic")
