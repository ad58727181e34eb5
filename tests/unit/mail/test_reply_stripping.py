"""What is left of an answer once its quotations are gone."""

from __future__ import annotations

import time

import pytest

from shared.mail.reply_stripping import strip_reply

NEW = "Buongiorno,\nil codice è AB12."

QUOTED = {
    "gmail, italian": "Il giorno lun 23 nov 2026 alle ore 10:00 A <care@acme.test> ha scritto:\n\n> Quale?\n> Acme",
    "gmail, folded": "On Mon, Nov 23, 2026 at 10:00 AM Acme Customer Care <\ncare@acme.test> wrote:\n\n> Which code?",
    "apple, english": "> On 23 Nov 2026, at 10:00, Acme <care@acme.test> wrote:\n> \n> Which code?",
    "french": "Le lun. 23 nov. 2026 à 10:00, Acme <care@acme.test> a écrit :\n> Quel code ?",
    "german": "Am 23.11.2026 um 10:00 schrieb Acme <care@acme.test>:\n> Welcher Code?",
    "spanish": "El lun, 23 nov 2026 a las 10:00, Acme (<care@acme.test>) escribió:\n> ¿Qué código?",
    "outlook, english": "From: Acme <care@acme.test>\nSent: November 23, 2026\nTo: Anna\nSubject: x\n\nWhich?",
    "outlook, italian": "________________________________\nDa: Acme\nInviato: lunedì\nA: Anna\nOggetto: x\n\nQuale?",
    "outlook, german": "Von: Acme\nGesendet: Montag\nAn: Anna\nBetreff: x\n\nWelcher?",
    "outlook, old": "-----Messaggio originale-----\nDa: Acme\nQuale codice?",
    "only marks": "> Quale codice?\n> Acme",
    "signature": "-- \nAnna Bianchi\nvia Roma 1",
    "telephone": "Inviato da iPhone",
}


@pytest.mark.parametrize("how", QUOTED)
def test_what_is_quoted_goes_and_what_is_new_stays(how: str) -> None:
    assert strip_reply(f"{NEW}\n\n{QUOTED[how]}") == NEW


def test_answers_between_and_below_the_quotation_stay() -> None:
    text = "Il giorno 23/11/2026 Acme <c@acme.test> ha scritto:\n> Quale codice?\nAB12\n> E il colore?\n> Grazie\nRosso"
    assert strip_reply(text) == "AB12\n> E il colore?\n> Grazie\nRosso".replace("> E il colore?\n> Grazie\n", "")


@pytest.mark.parametrize(
    "text",
    [
        "Il 3 novembre il corriere mi ha scritto:\nconsegnato. Ma non è vero.",
        "> solo\n> citazione",
        "On Monday your courier wrote: delivered. It was not.",
        "Il giorno dopo il corriere ha scritto: consegnato. Ma non è vero.",
        "Ordine:\n> 1 armadio\nmanca",
        "Da: Milano\nvorrei spedire altrove",
        "---------- Forwarded message ---------\nmanca la cerniera",
        "prezzo -- 5 euro",
        "Cordiali saluti\nAnna\nP.S. manca anche la vite",
    ],
)
def test_a_text_that_only_looks_like_a_quotation_is_left_alone(text: str) -> None:
    assert strip_reply(text) == text


@pytest.mark.parametrize(
    "text",
    [
        "On " * 5000,
        "On 1\n" * 20_000,
        "From: a\n" * 15_000,
        ">" * 100_000,
        "\n" * 100_000,
        "_____\n" * 15_000,
        "--\n" * 40_000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_hostile_texts_take_no_time(text: str) -> None:
    started = time.process_time()
    strip_reply(text)
    assert time.process_time() - started < 1.0
