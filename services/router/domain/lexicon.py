"""The lexicons of a rulebook, compiled once: what each phrase means, and the small words of each language."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

from services.router.domain.exemplars import Exemplars, exemplars_of
from services.router.domain.phrases import Matcher, Meaning
from services.router.domain.tokens import fold
from shared.rulebook.examples import ExamplesFile
from shared.rulebook.lexicons import CategoryWords, LexiconFile, SignalWords
from shared.rulebook.load import Rulebook
from shared.rulebook.taxonomy import TaxonomyFile

STRONG: Final = 5
USUAL: Final = 2
WEAK: Final = 1
AGAINST: Final = -4

CATEGORY, SIGNAL, UNLESS, OUTCOME, PRODUCT = "category", "signal", "unless", "outcome_sought", "product"


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lexicon:
    """One language, ready to read with."""

    language: str
    matcher: Matcher
    products: Matcher
    function_words: frozenset[str]
    letters: frozenset[str]
    negations: frozenset[str]
    negation_reach: int
    hides: frozenset[str]
    """The signals that a negation hides."""

    exemplars: Exemplars | None


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Lexicons:
    """All languages of a rulebook, and the small words of all; `detected` maps what the detector may call them."""

    by_language: Mapping[str, Lexicon]
    function_words: frozenset[str]
    detected: Mapping[str, str]


@lru_cache(maxsize=8)
def lexicons_of(rulebook: Rulebook) -> Lexicons:
    """Return the rulebook's lexicons, compiled at the first call."""
    by_language = {
        code: _compiled(file, rulebook.examples.get(code), _grave(file, rulebook.taxonomy))
        for code, file in sorted(rulebook.lexicons.items())
    }
    detected = {code: code for code in by_language}
    for file in rulebook.lexicons.values():
        detected |= {other: file.language for other in file.detected_as if other not in by_language}
    function_words = frozenset[str]().union(*(lexicon.function_words for lexicon in by_language.values()))
    return Lexicons(by_language=by_language, function_words=function_words, detected=detected)


def _compiled(file: LexiconFile, examples: ExamplesFile | None, grave: frozenset[str]) -> Lexicon:
    return Lexicon(
        language=file.language,
        matcher=Matcher(_meanings(file), language=file.language, concepts=file.words_of_concepts),
        products=Matcher(
            (Meaning(phrase=one, fact=PRODUCT, value=code) for code, names in file.products.items() for one in names),
            language=file.language,
        ),
        function_words=frozenset(word.casefold() for word in file.function_words),
        letters=frozenset(file.letters),
        negations=frozenset(fold(word.casefold(), language=file.language) for word in file.negation.words),
        negation_reach=file.negation.reach,
        hides=frozenset(code for code, words in file.signals.items() if words.negatable),
        exemplars=exemplars_of(examples, signals=file.signals, grave=grave) if examples else None,
    )


def _grave(file: LexiconFile, taxonomy: TaxonomyFile) -> frozenset[str]:
    """Return the signals that must not be missed: the gravest that a category is chosen by."""
    return frozenset(
        code for code, words in file.signals.items()
        if words.like in taxonomy.categories
        and taxonomy.categories[words.like].outweighs
        and taxonomy.signals[code].at_least == "S1"
    )  # fmt: skip


def _meanings(file: LexiconFile) -> Iterator[Meaning]:
    for code, words in file.categories.items():
        yield from _of_category(code, words)
    for signal, found in file.signals.items():
        yield from _of_signal(signal, found, file)
    for wish, phrases in file.outcomes_sought.items():
        for phrase in phrases:
            yield Meaning(phrase=phrase, fact=OUTCOME, value=wish)


def _of_category(code: str, words: CategoryWords) -> Iterator[Meaning]:
    strengths = ((words.strong, STRONG), (words.words, USUAL), (words.weak, WEAK), (words.never, AGAINST))
    for phrases, weight in strengths:
        for phrase in phrases:
            yield Meaning(phrase=phrase, fact=CATEGORY, value=code, weight=weight)
    for sub, subphrases in words.subcategories.items():
        for phrase in subphrases:
            yield Meaning(phrase=phrase, fact=CATEGORY, value=code, within=sub, weight=STRONG)


def _of_signal(signal: str, found: SignalWords, file: LexiconFile) -> Iterator[Meaning]:
    """A signal that is like a category is shown by its phrases too; what hides the one hides the other."""
    category, _, sub = (found.like or "").partition(".")
    like = file.categories.get(category)
    for phrase in (*found.words, *(_clear_phrases(like, sub) if like else ())):
        yield Meaning(phrase=phrase, fact=SIGNAL, value=signal)
    for phrase in found.unless:
        yield Meaning(phrase=phrase, fact=UNLESS, value=signal)
        if like:
            yield Meaning(phrase=phrase, fact=UNLESS, value=category)


def _clear_phrases(words: CategoryWords, sub: str) -> tuple[str, ...]:
    if sub:
        return words.subcategories.get(sub, ())
    return words.strong + tuple(phrase for phrases in words.subcategories.values() for phrase in phrases)
