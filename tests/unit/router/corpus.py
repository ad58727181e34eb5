"""Development complaints, written for this project: language, category, subcategory (`*`: not judged) and text."""

from __future__ import annotations

import csv
from functools import cache
from pathlib import Path

from shared.rulebook.load import Rulebook, load


@cache
def default_rulebook() -> Rulebook:
    return load(Path(__file__).parents[3] / "deploy" / "rulebook")


def _complaints() -> tuple[tuple[str, str, str | None, str], ...]:
    with (Path(__file__).parent / "complaints.tsv").open(encoding="utf-8", newline="") as lines:
        rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
        return tuple((row["language"], row["category"], row["subcategory"] or None, row["text"]) for row in rows)


COMPLAINTS = _complaints()

DANGEROUS: tuple[str, ...] = (
    "Il frigorifero nuovo ha preso fuoco stanotte.",
    "Ho preso la scossa toccando il forno.",
    "La sedia ha ceduto e sono finita in ospedale con il polso fratturato.",
    "Nello yogurt c'erano dei pezzi di vetro.",
    "Dopo la cena siamo stati tutti male, intossicazione alimentare.",
    "La crema mi ha provocato una reazione allergica sul viso.",
    "Esce odore di gas dalla caldaia appena installata, è pericoloso.",
    "The toaster caught fire.",
    "My daughter choked on a small part that came off the toy.",
    "The ladder snapped and I broke my wrist.",
    "We all got food poisoning after the buffet.",
    "I got an electric shock from the lamp.",
    "The battery is swollen and too hot to touch.",
    "The brakes on the bike failed going downhill.",
    "Hi, polite note only: the glass door of the oven exploded while we were cooking.",
    "La plaque a explosé et j'ai été brûlée à la main.",
    "J'ai trouvé un morceau de verre dans la soupe.",
    "De la fumée sort de la machine quand on l'allume.",
    "Mon fils s'est coupé avec le bord du jouet.",
    "Der Föhn hat Funken gesprüht und ich bekam einen Stromschlag.",
    "Mein Kind hat sich an der scharfen Kante verletzt.",
    "Im Salat waren Glassplitter.",
    "Der Hochstuhl ist zusammengebrochen, mein Sohn ist gestürzt.",
    "El cargador echaba humo y se derritió.",
    "Me dio un calambre al tocar la lavadora.",
    "La silla se rompió y me caí, tengo una fractura en el brazo.",
    "Había gusanos en la comida y acabamos vomitando.",
)  # fmt: skip

HARMLESS: tuple[str, ...] = (
    "Non ho ancora ricevuto il rimborso e sono scottato dalla vostra promessa.",
    "My order is late again, I am sick of waiting.",
    "Die Rechnung ist falsch, bitte korrigieren.",
    "Je suis furieuse, votre site ne marche pas.",
    "El descuento no se aplicó y el cupón está caducado.",
    "Il buono sconto risulta scaduto, vergogna.",
    "You should fire the person who hung up on me.",
    "La fattura è doppia e nessuno risponde.",
    "The table leg broke after a week.",
    "The laptop came back broken from repair.",
    "La gamba del tavolo è arrivata rotta.",
    "Il braccio del divano si è staccato.",
    "The battery died after two weeks.",
    "La batteria è morta dopo un mese.",
    "Der Arm vom Sofa ist gebrochen.",
    "El móvil murió a la semana.",
    "La pata de la silla llegó rota",
    "Le pied de la table est cassé.",
    "El paquete cayó al suelo y se rompió.",
    "My order fell off your system",
    "Il pacco è caduto e si è rotto il vetro",
    "Die Lieferung ist ausgefallen, ich bin sauer.",
    "I was shocked by your service",
    "Sono rimasta scioccata dal comportamento",
    "The screen of my phone is cracked on arrival",
    "Rice cooker handle fell off",
    "The water is too hot in your hotel",
    "Ho bruciato tempo e soldi con voi",
    "The glass arrived shattered",
    "Il vetro è arrivato in mille pezzi",
    "cut off my internet line",
    "You cut my benefits",
    "fired your agent",
    "El precio está por las nubes, quemado estoy",
    "Mi figlio non può usare l'app",
    "Das Kind wartet auf sein Geschenk, das Paket ist verloren",
    "The chair arrived with a broken armrest",
    "Bloody useless service",
    "Mein Sohn hat sich über das falsche Spielzeug geärgert",
    "Ma fille attend son cadeau depuis un mois",
    "Avete tagliato la linea a mio figlio",
    "La bici è arrivata con i freni da regolare",
)  # fmt: skip
