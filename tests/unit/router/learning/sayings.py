"""Complaints put together from parts, in Italian and English, six labels; and some that do not say what is wrong."""

from __future__ import annotations

from itertools import product

from services.router.learning.examples import Example

_SAID = {
    "it": {
        "consegna": (
            ("Il pacco", "La spedizione", "Il vostro corriere", "L'ordine di martedì"),
            (
                "non è mai arrivato",
                "è in ritardo di due settimane",
                "risulta consegnato a un vicino",
                "è fermo in deposito",
            ),
        ),
        "fattura": (
            ("In fattura", "Sull'estratto conto", "Nella bolletta di maggio", "Sulla carta di credito"),
            (
                "trovo due addebiti uguali",
                "c'è un importo sbagliato",
                "manca lo sconto promesso",
                "pago l'IVA due volte",
            ),
        ),
        "guasto": (
            ("La lavatrice", "Il forno nuovo", "L'aspirapolvere", "Il frigorifero"),
            ("si è rotta dopo un mese", "non si accende più", "fa un rumore terribile", "perde acqua da sotto"),
        ),
        "personale": (
            ("La commessa", "Il vostro operatore", "Il tecnico venuto a casa", "L'impiegato allo sportello"),
            (
                "mi ha risposto male",
                "ha riso di me davanti a tutti",
                "mi ha chiuso il telefono in faccia",
                "è stato villano",
            ),
        ),
        "accesso": (
            ("L'app", "Il sito", "La mia area riservata", "Il codice via SMS"),
            ("non accetta la password", "mi butta fuori dopo il login", "dice utente sconosciuto", "non mi fa entrare"),
        ),
        "reso": (
            ("La giacca restituita", "Il reso delle scarpe", "La merce mandata indietro", "Il cambio taglia"),
            (
                "non è stata rimborsata",
                "viene rifiutato senza motivo",
                "aspetta da un mese il rimborso",
                "mi costa altre spese",
            ),
        ),
    },
    "en": {
        "consegna": (
            ("My parcel", "The shipment", "Your courier", "Tuesday's order"),
            ("never arrived", "is two weeks late", "was left with a neighbour", "is stuck at the depot"),
        ),
        "fattura": (
            ("On the invoice", "On my bank statement", "In the May bill", "On my credit card"),
            (
                "I see the same charge twice",
                "the amount is wrong",
                "the promised discount is missing",
                "tax is added twice",
            ),
        ),
        "guasto": (
            ("The washing machine", "The new oven", "The vacuum cleaner", "The fridge"),
            ("broke after a month", "does not switch on any more", "makes a terrible noise", "leaks water"),
        ),
        "personale": (
            ("The shop assistant", "Your agent", "The technician who came", "The clerk at the counter"),
            ("answered me rudely", "laughed at me in front of everybody", "hung up on me", "was insulting"),
        ),
        "accesso": (
            ("The app", "The website", "My account page", "The code by text message"),
            ("does not accept my password", "logs me out at once", "says unknown user", "will not let me in"),
        ),
        "reso": (
            ("The jacket I returned", "The return of the shoes", "The goods I sent back", "The exchange of size"),
            (
                "was not refunded",
                "is refused without a reason",
                "has waited a month for a refund",
                "costs me extra postage",
            ),
        ),
    },
}
_ENDS = {"it": ("", ", fate qualcosa", " e sono stufo"), "en": ("", ", please do something", " and I am fed up")}
VAGUE = {
    "it": ("Così non va.", "Pessimo!", "Sono molto deluso, richiamatemi", "Vergogna, mai più", "Che delusione", "Boh"),
    "en": (
        "This will not do.",
        "Awful!",
        "I am very disappointed, call me",
        "Shame, never again",
        "What a letdown",
        "Hm",
    ),
}


def sayings(language: str) -> list[Example]:
    """Return 288 complaints in an order that mixes the labels, an eighth more with a label that nobody could guess."""
    clear = [
        (f"{subject} {happened}{end}", label)
        for label, (subjects, happenings) in _SAID[language].items()
        for subject, happened, end in product(subjects, happenings, _ENDS[language])
    ]
    labels = list(_SAID[language])
    vague = [
        (f"{first} {second}", labels[(3 * row + column) % len(labels)])
        for row, first in enumerate(VAGUE[language])
        for column, second in enumerate(VAGUE[language])
    ]
    said = sorted([*clear, *vague], key=lambda one: one[0][::-1])
    return [Example(text=text, label=label, language=language, line=line) for line, (text, label) in enumerate(said, 2)]


def split(examples: list[Example]) -> tuple[list[Example], list[Example]]:
    """Return what is learnt from, and a third that is not."""
    return [one for one in examples if one.line % 3], [one for one in examples if one.line % 3 == 0]
