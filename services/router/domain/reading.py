"""What a complaint says: its language, its matter, how grave it is and what is asked for, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from services.router.domain.language import decide_language
from services.router.domain.lexicon import CATEGORY, OUTCOME, SIGNAL, STRONG, UNLESS, Lexicon, lexicons_of
from services.router.domain.phrases import Hit, Meaning
from services.router.domain.severity import severity_of
from services.router.domain.showing import Shown, words_of
from services.router.domain.tokens import ends_sentence, fold, tokenise
from services.router.domain.wishes import wish
from shared.contracts.parts import Evidence
from shared.rulebook.load import Rulebook
from shared.rulebook.words import Severity

CLEAR = 2
"""The least weight of words by which a matter counts as told."""

CLEARLY_NO_COMPLAINT = 4

Said = dict[str, list[Hit]]
"""What was found, by the facts that it speaks for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """The facts of a text. `evidence` holds the words that phrases of the lexicon fit, never the sentence."""

    language: str
    category: str
    subcategory: str | None
    severity: Severity
    signals: tuple[str, ...]
    outcome_sought: str | None
    evidence: tuple[Evidence, ...]


def read(
    text: str,
    *,
    rulebook: Rulebook,
    subject: str | None = None,
    hint: str | None = None,
    reach: int | None = None,
    contacts: int = 1,
    automatic: bool = False,
    outcome_said: str | None = None,
) -> Reading:
    """Read a complaint. `hint` is a language the sender claimed, `reach` followers, `contacts` this one included."""
    lexicons = lexicons_of(rulebook)
    whole = f"{subject}.\n\n{text}" if subject else text
    tokens = tokenise(whole)
    language = decide_language(whole, tokens=tokens, hint=hint, lexicons=lexicons)
    shown: Shown = {}
    said = _by_fact(())
    signals: dict[str, list[Hit]] = {}
    for reader in language.readers:
        lexicon = lexicons.by_language[reader]
        found = _by_fact(lexicon.matcher.find(tokens))
        _signals(found, tokens, lexicon, signals)
        for fact, hits in found.items():
            said[fact] += hits
    category, subcategory = _matter(said, tokens, rulebook, shown)
    shown |= {f"signal:{signal}": words_of(spoken, tokens) for signal, spoken in signals.items()}
    _counted(signals, reach=reach, contacts=contacts, rulebook=rulebook)
    if automatic and "injury_or_hazard" not in signals:
        category, subcategory = rulebook.taxonomy.not_a_complaint, None
        shown[CATEGORY] = ("automatic",)
    severity = severity_of(
        category=category, subcategory=subcategory, signals=signals, contacts=contacts, taxonomy=rulebook.taxonomy
    )
    return Reading(
        language=language.code,
        category=category,
        subcategory=subcategory,
        severity=severity,
        signals=tuple(sorted(signals)),
        outcome_sought=wish(said[OUTCOME], tokens=tokens, said=outcome_said, rulebook=rulebook, shown=shown),
        evidence=tuple(Evidence(fact=fact, words=words) for fact, words in shown.items() if words),
    )


def recategorised(
    reading: Reading, *, category: str, subcategory: str | None = None, contacts: int = 1, rulebook: Rulebook
) -> Reading:
    """Return the reading as a person corrected it: the other facts stay, severity follows the new category."""
    severity = severity_of(
        category=category,
        subcategory=subcategory,
        signals=reading.signals,
        contacts=contacts,
        taxonomy=rulebook.taxonomy,
    )
    kept = tuple(one for one in reading.evidence if one.fact not in (CATEGORY, "subcategory"))
    return replace(reading, category=category, subcategory=subcategory, severity=severity, evidence=kept)


def _by_fact(hits: Iterable[Hit]) -> Said:
    said: Said = {CATEGORY: [], SIGNAL: [], UNLESS: [], OUTCOME: []}
    for hit in hits:
        said[hit.meaning.fact].append(hit)
    return said


def _matter(said: Said, tokens: Sequence[str], rulebook: Rulebook, shown: Shown) -> tuple[str, str | None]:
    """Weigh each phrase once, however often it stands there: shouting a word does not make it truer."""
    taxonomy = rulebook.taxonomy
    hidden = said[UNLESS]
    meanings: dict[Meaning, Hit] = {}
    for hit in said[CATEGORY]:
        if not (hidden and _inside(hit, hidden)):
            meanings.setdefault(hit.meaning, hit)
    weights: dict[str, int] = {}
    subweights: dict[tuple[str, str], int] = {}
    for meaning in meanings:
        weights[meaning.value] = weights.get(meaning.value, 0) + meaning.weight
        if meaning.within is not None:
            place = (meaning.value, meaning.within)
            subweights[place] = subweights.get(place, 0) + meaning.weight
    grave = {code: weight for code, weight in weights.items() if taxonomy.categories[code].outweighs}
    category = _heaviest(grave, none=None, at_least=STRONG)
    category = category or _heaviest(weights, none=taxonomy.not_a_complaint, at_least=CLEAR)
    silence = weights.get(taxonomy.not_a_complaint, 0)
    if silence >= CLEARLY_NO_COMPLAINT and silence > weights.get(category or "", 0):
        category = taxonomy.not_a_complaint
    if category is None:
        return taxonomy.unclear, None
    own = {sub: weight for (one, sub), weight in subweights.items() if one == category}
    subcategory = _heaviest(own, none=None, at_least=1)
    speaking = [m for m in meanings if m.value == category and m.weight > 0]
    speaking.sort(key=lambda m: -m.weight)
    shown[CATEGORY] = words_of([meanings[m] for m in speaking], tokens)
    if subcategory:
        shown["subcategory"] = words_of([meanings[m] for m in speaking if m.within == subcategory], tokens)
    return category, subcategory


def _heaviest(weights: Mapping[str, int], *, none: str | None, at_least: int) -> str | None:
    best, most = None, at_least - 1
    for code, weight in weights.items():
        if weight > most and code != none:
            best, most = code, weight
    return best


def _signals(said: Said, tokens: Sequence[str], lexicon: Lexicon, signals: dict[str, list[Hit]]) -> None:
    for hit in said[SIGNAL]:
        signal = hit.meaning.value
        if _inside(hit, said[UNLESS]):
            continue
        if signal in lexicon.hides and _negated(hit, tokens, lexicon):
            continue
        signals.setdefault(signal, []).append(hit)


def _inside(hit: Hit, hidden: Sequence[Hit]) -> bool:
    return any(
        one.meaning.value == hit.meaning.value and one.start <= hit.start and hit.end <= one.end for one in hidden
    )


def _negated(hit: Hit, tokens: Sequence[str], lexicon: Lexicon) -> bool:
    for place in range(hit.start - 1, max(-1, hit.start - 1 - lexicon.negation_reach), -1):
        if ends_sentence(tokens[place]):
            return False
        if fold(tokens[place], language=lexicon.language) in lexicon.negations:
            return True
    return False


def _counted(signals: dict[str, list[Hit]], *, reach: int | None, contacts: int, rulebook: Rulebook) -> None:
    """Add the signals that are counted, not read."""
    if (reach or 0) >= rulebook.taxonomy.reach.followers:
        signals.setdefault("reach", [])
    if contacts > 1:
        signals.setdefault("repeat_contact", [])
