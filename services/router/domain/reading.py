"""What a complaint says: its language, its matter, how grave it is and what is asked for, each with its evidence."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from services.router.domain.exemplars import Exemplars, Likely
from services.router.domain.language import decide_language
from services.router.domain.lexicon import CATEGORY, OUTCOME, SIGNAL, UNLESS, Lexicon, lexicons_of
from services.router.domain.matter import AUTOMATIC, Said, inside, matter_of
from services.router.domain.own_words import without_footer, without_quotes
from services.router.domain.phrases import Hit
from services.router.domain.severity import severity_of
from services.router.domain.showing import Shown, add_places, words_of
from services.router.domain.tokens import ends_sentence, fold, tokenise
from services.router.domain.wishes import wish
from shared.contracts.parts import Evidence
from shared.rulebook.load import Rulebook
from shared.rulebook.words import Severity


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
    own = without_footer(without_quotes(text))
    whole = f"{subject}.\n\n{own}" if subject else own
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
    exemplars = lexicons.by_language[language.readers[0]].exemplars
    likely = exemplars.likely(tokens) if exemplars else None
    category, subcategory = matter_of(said, exemplars, likely, tokens=tokens, rulebook=rulebook, shown=shown)
    shown |= {f"signal:{signal}": words_of(spoken, tokens) for signal, spoken in signals.items()}
    if exemplars is not None and likely is not None:
        _like_examples(exemplars, likely, tokens, signals, shown)
    _counted(signals, reach=reach, contacts=contacts, rulebook=rulebook)
    if automatic and "injury_or_hazard" not in signals:
        category = rulebook.taxonomy.not_a_complaint
        subcategory = AUTOMATIC if AUTOMATIC in rulebook.taxonomy.categories[category].subcategories else None
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


def _like_examples(
    exemplars: Exemplars, likely: Likely, tokens: Sequence[str], signals: dict[str, list[Hit]], shown: Shown
) -> None:
    """Add the signals that a text shows by being like examples, with the words that spoke for them."""
    for signal in likely.signals:
        if signal not in signals:
            signals[signal] = []
            places = exemplars.words_of_signal(likely, tokens, signal=signal)
            add_places(shown, f"signal:{signal}", places, tokens)


def _by_fact(hits: Iterable[Hit]) -> Said:
    said: Said = {CATEGORY: [], SIGNAL: [], UNLESS: [], OUTCOME: []}
    for hit in hits:
        said[hit.meaning.fact].append(hit)
    return said


def _signals(said: Said, tokens: Sequence[str], lexicon: Lexicon, signals: dict[str, list[Hit]]) -> None:
    for hit in said[SIGNAL]:
        signal = hit.meaning.value
        if inside(hit, said[UNLESS]):
            continue
        if signal in lexicon.hides and _negated(hit, tokens, lexicon):
            continue
        signals.setdefault(signal, []).append(hit)


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
