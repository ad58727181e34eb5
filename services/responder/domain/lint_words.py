"""What the lint listens for in each language: phrases that must stand in an acknowledgement, and phrases that must not.

Each phrase is a regular expression, matched without regard to case. The lists are short on purpose: they name what
templates and agents really write; a finding has to be understood at a glance.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Final

Patterns = Mapping[str, re.Pattern[str]]


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


def _each(**phrases: str) -> Patterns:
    return {language: re.compile(rf"(?<!\w)(?:{phrase})", re.IGNORECASE) for language, phrase in phrases.items()}


AUTOMATIC: Final = _each(
    en=r"automatic", it=r"automatic", fr=r"automatique", de=r"automatisch", es=r"automátic"
)  # fmt: skip
ANSWER_HERE: Final = _each(
    en=r"(?:reply|answer|write)(?:ing)?\b", it=r"(?:rispond|scriv)", fr=r"(?:répond|écri)", de=r"(?:antwort|schreib)",
    es=r"(?:respond|escrib)",
)  # fmt: skip
PERSON: Final = _each(
    en=r"(?:person|somebody|colleague)\b", it=r"(?:persona|collega)\b", fr=r"(?:personne|collègue)\b",
    de=r"(?:mensch|person|mitarbeiter|kolleg)", es=r"(?:persona|compañer)",
)  # fmt: skip
ASKS_FOR_OUTCOME: Final = _each(
    en=r"(?:what|which) (?:\w+ )?(?:outcome|solution)|what you would like", it=r"(?:quale|che) soluzione",
    fr=r"quelle solution", de=r"welche lösung", es=r"qué solución",
)  # fmt: skip
IN_PRIVATE: Final = _each(
    en=r"private (?:message|place)|privately", it=r"messaggio privato|in privato", fr=r"message privé|en privé",
    de=r"private nachricht|privat\b", es=r"mensaje privado|en privado",
)  # fmt: skip
DANGER: Final = _each(
    en=r"danger|stop using|emergency", it=r"pericolo|emergenza", fr=r"danger|urgence", de=r"gefahr|notruf",
    es=r"peligro|emergencia",
)  # fmt: skip

AS_SOON_AS: Final = _each(
    en=r"as soon as (?:possible|we can)|asap\b|shortly\b|in due course|(?:at|in) (?:our|the) earliest|very soon\b",
    it=r"(?:nel |il )?più (?:breve tempo|presto) possibile|il prima possibile|prima possibile"
    r"|al più presto|quanto prima"
    r"|a breve\b|in tempi brevi",
    fr=r"dès que possible|au plus (?:vite|tôt)|dans les (?:meilleurs|plus brefs) délais|prochainement|sous peu",
    de=r"so (?:bald|schnell|rasch) wie möglich|baldmöglichst|schnellstmöglich|in kürze|demnächst|zeitnah",
    es=r"lo antes posible|cuanto antes|a la mayor brevedad|en breve\b|próximamente|en la mayor brevedad",
)
BLAME: Final = _each(
    en=r"your (?:own )?(?:fault|mistake)|you should have|you (?:failed|forgot|neglected) to"
    r"|(?:we are|is) not (?:our|responsible)\b|not our (?:fault|responsibility)|unfounded"
    r"|as stated in (?:our|the) terms",
    it=r"(?:per )?(?:sua|vostra) colpa|colpa (?:sua|vostra)|avrebbe dovuto|non siamo responsabili"
    r"|non è (?:una )?nostra (?:colpa|responsabilità)|infondat"
    r"|come (?:già )?(?:indicato|previsto) (?:nelle|dalle) condizioni",
    fr=r"(?:de )?votre faute|vous auriez dû|nous ne sommes pas responsables"
    r"|n'est pas de notre (?:faute|responsabilité)"
    r"|infondée?|comme (?:indiqué|prévu) dans nos conditions",
    de=r"(?:ihre|eigene) schuld|selbst schuld|sie hätten|wir sind nicht (?:verantwortlich|zuständig)|unbegründet"
    r"|nicht unsere schuld|wie in (?:unseren|den) (?:agb|geschäftsbedingungen)",
    es=r"(?:es )?culpa suya|su culpa|debería haber|no somos responsables"
    r"|no es (?:nuestra culpa|responsabilidad nuestra)"
    r"|infundad|como (?:se indica|consta) en (?:nuestras|las) condiciones",
)
REMEDY: Final = _each(
    en=r"(?:we will|we shall|we'll|we are going to) (?:\w+ )?(?:refund|replace|repair|reimburse|compensate|credit)"
    r"|you (?:will|shall) be refunded"
    r"|you (?:will|shall) (?:get|receive) (?:a|your|the) (?:full )?(?:refund|replacement|voucher|compensation)",
    it=r"(?:la|vi|le) (?:rimborseremo|risarciremo|sostituiremo)"
    r"|(?:rimborseremo|risarciremo|sostituiremo|ripareremo)\b"
    r"|sarà (?:rimborsat|risarcit|sostituit)|riceverà (?:un|il|una|la) (?:rimborso|risarcimento|buono|sostituzione)",
    fr=r"(?:nous (?:vous )?(?:rembourserons|remplacerons|réparerons|indemniserons))"
    r"|vous serez (?:remboursé|indemnisé)"
    r"|vous recevrez (?:un|votre|le) (?:remboursement|bon|remplacement)",
    de=r"wir (?:werden )?(?:ihnen )?(?:\w+ ){0,4}(?:erstatten|ersetzen|reparieren|entschädigen)"
    r"|sie (?:erhalten|bekommen) (?:eine|ihre|einen) (?:erstattung|entschädigung|gutschein|ersatz)",
    es=r"(?:le |les )?(?:reembolsaremos|devolveremos|sustituiremos|repararemos|indemnizaremos)|será reembolsad"
    r"|recibirá (?:un|el|su) (?:reembolso|vale|reemplazo)",
)
ADVERTISING: Final = _each(
    en=r"special offer|discount|newsletter|buy now|shop now|promo(?:tion|\b)|don't miss|check out our",
    it=r"offert[ae] (?:special|esclusiv|imperdibil)|sconto|newsletter|acquist[ai] (?:ora|subito)"
    r"|promozion|scopr[ai] (?:le|i|il)",
    fr=r"offres? (?:spécial|exclusi)|remise\b|newsletter|achetez|promotion|découvrez",
    de=r"sonderangebot|rabatt|newsletter|jetzt (?:kaufen|bestellen)|gutscheincode|entdecken sie|aktionspreis",
    es=r"ofertas? (?:especial|exclusiv)|descuento|newsletter|compre ahora|promoción|descubr[ae]",
)
NO_REPLY: Final = re.compile(
    r"no[-_ ]?reply|do[-_ ]?not[-_ ]?reply|don't reply|non (?:risponda|rispondere) a quest|ne pas répondre"
    r"|ne répondez pas|nicht auf diese (?:e-mail|nachricht)|bitte nicht antworten|no responda a este",
    re.IGNORECASE,
)
ELSEWHERE: Final = _each(
    en=r"(?:use|fill in|complete) (?:our|the|this) (?:web |online )?(?:form|app|portal)"
    r"|(?:write|e-?mail) (?:to )?us at"
    r"|contact us (?:by|via|on|through)",
    it=r"(?:compili|usi|utilizzi) (?:il|la|l') ?(?:nostro |nostra )?(?:modulo|app|portale|area)"
    r"|ci (?:scriva|contatti) (?:a|via)\b",
    fr=r"(?:remplissez|utilisez) (?:notre|le|l') ?(?:formulaire|application|portail)"
    r"|(?:écrivez|contactez)-nous (?:à|par|via)",
    de=r"(?:nutzen|verwenden) sie (?:unser|das|die) ?\w* ?(?:formular|app|portal)"
    r"|(?:schreiben|kontaktieren) sie uns (?:an|über|per)",
    es=r"(?:rellene|utilice|use) (?:el|nuestro|la|nuestra) (?:formulario|aplicación|app|portal)"
    r"|(?:escríba|contácte)nos (?:a|por)\b",
)
ASKS_AGAIN: Final[Mapping[str, Patterns]] = {
    "order_reference": _each(
        en=r"order (?:number|reference)", it=r"numero (?:dell'|d')ordine", fr=r"numéro de (?:la |votre )?commande",
        de=r"bestellnummer|auftragsnummer", es=r"número de(?:l)? pedido",
    ),
    "name": _each(
        en=r"your (?:full )?name", it=r"(?:suo )?nome e cognome", fr=r"votre nom", de=r"ihr(?:en)? name",
        es=r"su nombre",
    ),
    "phone": _each(
        en=r"your (?:phone|telephone)", it=r"suo (?:numero di )?telefono", fr=r"votre (?:numéro de )?téléphone",
        de=r"ihre telefonnummer", es=r"su (?:número de )?teléfono",
    ),
}  # fmt: skip

PLACEHOLDER: Final = re.compile(
    r"\{\{|\}\}|\{%|%\}|\{[a-z_]+\}|\[[A-Z_ ]{3,}\]|<[a-z_ ]+>|%\([a-z_]+\)s|\$\{|\bNone\b|\bnull\b"
    r"|\bundefined\b|\bNaN\b"
    r"|\bTODO\b|\bXXX+|lorem ipsum|\bTBD\b"
)
CLOSED_PLATFORM: Final = re.compile(r"ec\.europa\.eu/(?:consumers/)?odr|webgate\.ec\.europa\.eu/odr", re.IGNORECASE)

STOP_WORDS: Final[Mapping[str, frozenset[str]]] = {
    "en": _words("the and you your we have to of is it with this by will for an on what which"),
    "it": _words("il lo la di che e è per con una un del della si abbiamo suo questo le da entro"),
    "fr": _words("le la les des et vous votre nous avons de à est par avec une un ce pour au du"),
    "de": _words("der die das und sie ihre ihr wir haben mit für ist eine ein auf von bis zu den nicht"),
    "es": _words("el la los las de que y su hemos por con una un del se para usted este le en"),
}
