"""A dozen complaints as people write them, in five languages, by the doors they come through."""

from __future__ import annotations

import secrets
from collections.abc import Iterable
from dataclasses import dataclass, replace

_OWN_DIGITS = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One complaint and the door it takes; `sender` is an address, a number or a page visitor's id."""

    door: str
    name: str
    sender: str
    text: str
    subject: str | None = None


SAMPLES: tuple[Sample, ...] = (
    Sample(
        door="email",
        name="Anna Bianchi",
        sender="anna.bianchi@example.test",
        subject="Armadio incompleto, ordine 48213",
        text="Buongiorno,\nho aperto oggi il pacco dell'armadio e mancano una cerniera e sei viti. Senza non posso"
        " montarlo.\nVorrei ricevere i pezzi mancanti entro la settimana.\n\nAnna Bianchi",
    ),
    Sample(
        door="email",
        name="Tom Harris",
        sender="tom.harris@example.test",
        subject="The heater sparked and burnt the carpet",
        text="Hello,\nthe heater I bought from you three weeks ago sparked and caught fire last night. Nobody was "
        "hurt, but the carpet is burnt and my daughter was in the room. Please tell me what you will do.\n\nTom Harris",
    ),
    Sample(
        door="imap",
        name="Claire Fontaine",
        sender="claire.fontaine@example.test",
        subject="Remboursement toujours pas reçu",
        text="Bonjour,\nj'ai retourné les chaussures il y a cinq semaines et je n'ai toujours pas reçu le "
        "remboursement promis. C'est la troisième fois que j'écris.\n\nClaire Fontaine",
    ),
    Sample(
        door="whatsapp",
        name="Giulia Conti",
        sender="393331234501",
        text="Il corriere ha segnato consegnato ma il pacco non è mai arrivato. Aspetto a casa da tre giorni!",
    ),
    Sample(
        door="whatsapp",
        name="Javier Ruiz",
        sender="34611222302",
        text="Me han cobrado dos veces el mismo pedido en la tarjeta. Quiero que me devuelvan el segundo cargo.",
    ),
    Sample(
        door="facebook_page",
        name="Dario Verdi",
        sender="100200300401",
        text="Due mesi che aspetto il rimborso e nessuno mi risponde. Fate attenzione prima di comprare da loro!",
    ),
    Sample(
        door="facebook_page",
        name="Petra Vogel",
        sender="100200300402",
        text="Die Mitarbeiterin in der Filiale war unfreundlich und hat mich einfach stehen lassen. Unmöglich!",
    ),
    Sample(
        door="twilio_sms",
        name="",
        sender="+4915112345601",
        text="Meine Lieferung ist schon wieder verspätet und niemand geht ans Telefon. Wann kommt das Paket?",
    ),
    Sample(
        door="webhook",
        name="Emma Clark",
        sender="emma.clark@example.test",
        text="Since the update your app logs me out every day and my saved address is gone. Please fix this.",
    ),
    Sample(
        door="web_form",
        name="Carla Russo",
        sender="carla.russo@example.test",
        text="Nella bolletta del gas c'è un conguaglio sbagliato: 412 euro per due mesi in cui ero all'estero.",
    ),
    Sample(
        door="rest",
        name="Lucía Gómez",
        sender="lucia.gomez@example.test",
        subject="Llamada al servicio de atención",
        text="La lavadora llegó con la puerta rota y no cierra. Pido que la cambien por una nueva esta semana.",
    ),
    Sample(
        door="rest",
        name="Henri Laurent",
        sender="henri.laurent@example.test",
        subject="Courrier du 12",
        text="Je souhaite résilier mon abonnement. Le contrat ne mentionne aucun frais et vous m'avez facturé 80 €.",
    ),
)


def of_new_people(samples: Iterable[Sample]) -> list[Sample]:
    """Return the samples from senders that never wrote before.

    Who wrote at an earlier start would be joined to the complaint that is open since then, as it should be.
    """
    return [replace(sample, sender=_new(sample.sender)) for sample in samples]


def _new(sender: str) -> str:
    name, at, domain = sender.partition("@")
    if at:
        return f"{name}.{secrets.token_hex(3)}@{domain}"
    return sender[:-_OWN_DIGITS] + f"{secrets.randbelow(10**_OWN_DIGITS):0{_OWN_DIGITS}}"
