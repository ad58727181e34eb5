"""What a complaint says is read from its words: language, matter, gravity, wish, each with the words that told."""

from __future__ import annotations

from collections import Counter

import pytest

from services.router.domain.reading import read, recategorised
from shared.rulebook.load import Rulebook
from tests.unit.router.corpus import COMPLAINTS, DANGEROUS, HARMLESS


def test_most_complaints_are_understood_in_every_language(rulebook: Rulebook) -> None:
    right: Counter[str] = Counter()
    total: Counter[str] = Counter()
    wrong: list[str] = []
    for language, category, subcategory, text in COMPLAINTS:
        reading = read(text, rulebook=rulebook)
        found = (
            reading.language == language,
            reading.category == category,
            subcategory in (reading.subcategory, "*"),
        )
        for fact, holds in zip(("language", "category", "subcategory"), found, strict=True):
            total[fact] += 1
            right[fact] += holds
        if not all(found):
            wrong.append(f"{reading.language}/{reading.category}/{reading.subcategory}: {text}")
    assert right["language"] / total["language"] >= 0.98, wrong
    assert right["category"] / total["category"] >= 0.95, wrong
    assert right["subcategory"] / total["subcategory"] >= 0.90, wrong


@pytest.mark.parametrize("text", DANGEROUS)
def test_no_danger_is_missed(rulebook: Rulebook, text: str) -> None:
    reading = read(text, rulebook=rulebook)
    assert "injury_or_hazard" in reading.signals
    assert reading.severity == "S1"


@pytest.mark.parametrize("text", HARMLESS)
def test_words_that_only_sound_dangerous_raise_no_alarm(rulebook: Rulebook, text: str) -> None:
    assert "injury_or_hazard" not in read(text, rulebook=rulebook).signals


def shown(text: str, rulebook: Rulebook) -> dict[str, tuple[str, ...]]:
    return {one.fact: one.words for one in read(text, rulebook=rulebook).evidence}


def test_the_evidence_is_the_words_that_told_and_never_the_sentence(rulebook: Rulebook) -> None:
    words = shown("Il pacco di Giovanna Rossi NON è mai arrivatooo in via Verdi 3, tel. 333 1234567.", rulebook)
    assert set(words) >= {"category", "subcategory"}
    assert any("arrivato" in phrase.split() for phrase in words["category"])
    told = " ".join(phrase for phrases in words.values() for phrase in phrases)
    assert not any(private in told for private in ("giovanna", "rossi", "verdi", "3"))
    assert not any(sign in told for sign in "*|#<>."), "the lexicon's own signs explain nothing to a reader"


def test_a_phrase_is_shown_by_its_words_in_the_order_of_the_text(rulebook: Rulebook) -> None:
    words = shown("Mi avete dato l'indirizzo sbagliato.", rulebook)
    assert "indirizzo sbagliato" in words["subcategory"]
    assert "sbagliato indirizzo" in shown("Avete sbagliato il mio indirizzo.", rulebook)["subcategory"]


def test_a_wish_and_a_signal_are_shown_by_their_words(rulebook: Rulebook) -> None:
    words = shown("Vorrei un rimborso, altrimenti mi rivolgo al mio avvocato.", rulebook)
    assert "rimborso" in " ".join(words["outcome_sought"])
    assert "avvocato" in " ".join(words["signal:legal_threat"])


def test_evidence_is_short_however_long_the_text(rulebook: Rulebook) -> None:
    text = " ".join(text for language, _, _, text in COMPLAINTS if language == "it") * 5
    for phrases in shown(text, rulebook).values():
        assert len(phrases) == len(set(phrases)) <= 8
        assert all(len(word) <= 24 for phrase in phrases for word in phrase.split())


def test_what_is_glued_to_a_known_word_is_not_carried_along(rulebook: Rulebook) -> None:
    words = shown("Danke, die Lieferungsverzögerungsmeierschulzeundkinder kam nie an.", rulebook)
    assert "kinder" not in str(words)


def test_capitals_accents_and_long_drawn_words_do_not_matter(rulebook: Rulebook) -> None:
    plain = read("Il rimborso non è ancora arrivato", rulebook=rulebook)
    loud = read("IL RIMBORSOOOO NON E' ANCORA ARRIVATO!!!", rulebook=rulebook)
    apart = read("Il rimborso non e\u0300 ancora arrivato", rulebook=rulebook)
    assert plain.category == loud.category == apart.category == "refund_return"
    assert plain.subcategory == loud.subcategory == apart.subcategory == "refund_late"


def test_german_is_read_with_and_without_umlauts(rulebook: Rulebook) -> None:
    for text in (
        "Die Rückerstattung ist überfällig, wann kommt sie?",
        "Die Rueckerstattung ist ueberfaellig, wann kommt sie?",
    ):
        assert read(text, rulebook=rulebook).category == "refund_return"


def test_a_negation_hides_a_threat_but_never_a_danger(rulebook: Rulebook) -> None:
    assert "legal_threat" in read("Mi rivolgo al mio avvocato.", rulebook=rulebook).signals
    assert "legal_threat" not in read("Non voglio avvocati, solo il pacco.", rulebook=rulebook).signals
    assert "injury_or_hazard" in read("Nessun ferito, ma la presa ha preso fuoco.", rulebook=rulebook).signals


@pytest.mark.parametrize(
    ("text", "signal"),
    [
        ("I will see you in court, my solicitor has the file.", "legal_threat"),
        ("Segnalerò tutto all'Antitrust e ad Altroconsumo.", "regulator_or_press"),
        ("Mia madre ha 84 anni, è anziana e sola, e siamo senza riscaldamento.", "vulnerable_person"),
        ("Mia madre ha 84 anni, è anziana e sola, e siamo senza riscaldamento.", "essential_use"),
        ("Vedo le fatture di altri clienti nel mio profilo.", "data_breach"),
        ("Ich bringe euch um, ich weiß wo ihr wohnt.", "threat_to_staff"),
        ("No puedo más, quiero morirme.", "self_harm"),
        ("Je change d'opérateur, plus jamais chez vous.", "churn"),
        ("This is the third time I write about it.", "third_contact"),
        ("Any update on my complaint?", "chased"),
        ("Mi hanno trattata così perché sono straniera.", "discrimination"),
    ],
)
def test_signals_are_noticed(rulebook: Rulebook, text: str, signal: str) -> None:
    assert signal in read(text, rulebook=rulebook).signals


class TestSeverity:
    def test_floors_hold_whatever_the_tone(self, rulebook: Rulebook) -> None:
        polite = "Gentilmente segnalo, senza fretta e non è urgente: nel pacco manca una vite da 10 centesimi. Grazie!"
        assert read(polite, rulebook=rulebook).severity == "S3"
        assert (
            read("Vorrei solo sapere perché nessuno risponde alle mie mail, grazie.", rulebook=rulebook).severity
            == "S2"
        )

    def test_reach_raises_by_one_level_and_no_more(self, rulebook: Rulebook) -> None:
        text = "Il pacco è in ritardo di tre giorni."
        assert read(text, rulebook=rulebook, reach=9_999).severity == "S3"
        assert read(text, rulebook=rulebook, reach=80_000).severity == "S2"
        assert read(text, rulebook=rulebook, reach=80_000_000).severity == "S2"

    def test_the_third_contact_is_grave(self, rulebook: Rulebook) -> None:
        assert read("Il pacco è in ritardo.", rulebook=rulebook, contacts=2).severity == "S3"
        assert read("Il pacco è in ritardo.", rulebook=rulebook, contacts=3).severity == "S2"
        praise = read("Grazie mille, siete stati bravissimi e gentilissimi!", rulebook=rulebook, contacts=3)
        assert (praise.category, praise.severity) == ("not_a_complaint", "S4")

    def test_a_vulnerable_person_without_what_is_essential_is_gravest(self, rulebook: Rulebook) -> None:
        text = "Siamo senza riscaldamento da due giorni, mia nonna è anziana e malata."
        assert read(text, rulebook=rulebook).severity == "S1"

    def test_it_follows_a_corrected_category(self, rulebook: Rulebook) -> None:
        reading = read("Bel disastro.", rulebook=rulebook)
        assert recategorised(reading, category="complaint_handling", rulebook=rulebook).severity == "S2"


class TestWishes:
    @pytest.mark.parametrize(
        ("said", "code"),
        [
            ("rimborso", "refund"),
            ("refund", "refund"),
            ("A replacement, please", "replacement"),
            ("Entschuldigung", "apology"),
            ("une pièce de rechange", "spare_part"),
            ("que me llamen", "callback"),
            ("xyzzy", None),
        ],
    )
    def test_what_the_sender_said_in_a_field_of_its_own_counts(
        self, rulebook: Rulebook, said: str, code: str | None
    ) -> None:
        assert read("Bonjour.", rulebook=rulebook, outcome_said=said).outcome_sought == code

    def test_a_wish_is_read_from_the_text(self, rulebook: Rulebook) -> None:
        text = "Il vaso è arrivato rotto, vorrei una sostituzione."
        assert read(text, rulebook=rulebook).outcome_sought == "replacement"


class TestLanguage:
    @pytest.mark.parametrize(
        ("text", "hint", "language"),
        [
            ("Nessuno risponde al telefono. Vergogna!", None, "it"),
            ("Me dio un calambre al tocar la lavadora.", None, "es"),
            ("caldaia rotta", None, "it"),
            ("Gdzie jest moja paczka? Czekam już trzy tygodnie.", None, "pl"),
            ("我的包裹在哪里", None, "zh"),
            ("ok", "fr", "fr"),
            ("ok", "xx-invalid-hint", "xx"),
            ("Where is my order? It has still not been delivered.", "it", "en"),
            ("", None, "en"),
        ],
    )
    def test_it_is_decided_by_small_words_detector_and_hint(
        self, rulebook: Rulebook, text: str, hint: str | None, language: str
    ) -> None:
        assert read(text, rulebook=rulebook, hint=hint).language == language


def test_a_robots_mail_is_no_complaint_unless_somebody_could_be_hurt(rulebook: Rulebook) -> None:
    away = read("Delivery has failed to these recipients.", rulebook=rulebook, automatic=True)
    fire = read("Inoltro: la stufa ha preso fuoco.", rulebook=rulebook, automatic=True)
    assert (away.category, fire.category) == ("not_a_complaint", "safety")
