"""What a classifier says of a message before the lexicon is believed; nothing, where it is not sure or not there."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Final

from prometheus_client import Counter, Gauge

from services.router.domain.lexicon import lexicons_of
from services.router.domain.reading import Reading, recategorised
from services.router.learning.faults import BadModel
from shared.contracts.parts import Evidence
from shared.rulebook.load import Rulebook

if TYPE_CHECKING:
    from services.router.learning.serving import Serving

logger = logging.getLogger(__name__)

_MOST_WORDS: Final = 5
_MOST_WEIGHED: Final = 40
_LOADED = Gauge(
    "router_classifier_loaded", "1 while a classifier decides before the lexicon, 0 when it failed to load."
)
_ANSWERS = Counter("router_classifier_answers_total", "What became of the classifier's answers.", ["answer"])


@dataclass(frozen=True, slots=True, kw_only=True)
class ByClassifier:
    """Says what a complaint is about before the lexicon is believed, where it is sure."""

    serving: Serving

    def __call__(self, reading: Reading, *, text: str, contacts: int, rulebook: Rulebook) -> Reading:
        """Return the reading with the classifier's category and its reason, or as it was.

        What was read as no complaint stays that; what holds a signal is never made one. A label that is no category of
        the rulebook counts as abstained.
        """
        said = self.serving.sure_of(text, language=reading.language)
        category = said.label if said is not None else ""
        if category not in rulebook.taxonomy.categories or _is_held(reading, category, rulebook=rulebook):
            _ANSWERS.labels("abstained").inc()
            return reading
        _ANSWERS.labels("agreed" if category == reading.category else "decided").inc()
        weighed = self.serving.words(text, language=reading.language, label=category, most=_MOST_WEIGHED)
        words = known_words(weighed, language=reading.language, rulebook=rulebook)
        if category != reading.category:
            reading = recategorised(reading, category=category, contacts=contacts, rulebook=rulebook)
        kept = tuple(one for one in reading.evidence if one.fact != "category")
        said_by = Evidence(fact="classifier", words=(self.serving.version,))
        return replace(reading, evidence=(Evidence(fact="category", words=words), *kept, said_by))


def open_classifier(folder: Path | None) -> ByClassifier | None:
    """Return the classifier of a folder; None where none is wanted, or none can be loaded, which is told."""
    if folder is None:
        return None
    _LOADED.set(0)
    try:
        from services.router.learning.serving import load_serving  # noqa: PLC0415  imports what is installed apart

        serving = load_serving(folder)
    except (ImportError, BadModel) as error:
        logger.error("the classifier cannot be loaded: the lexicon decides alone", extra={"reason": str(error)})  # noqa: TRY400
        return None
    _LOADED.set(1)
    logger.info("a classifier decides where it is sure", extra={"model": serving.version})
    return ByClassifier(serving=serving)


def known_words(words: Iterable[str], *, language: str, rulebook: Rulebook) -> tuple[str, ...]:
    """Return those words that examples of the rulebook hold: any other may be a name, and reasons travel."""
    lexicon = lexicons_of(rulebook).by_language.get(language)
    examples = lexicon.exemplars if lexicon else None
    if examples is None:
        return ()
    return tuple(word for word in words if word.isalpha() and examples.holds(word))[:_MOST_WORDS]


def _is_held(reading: Reading, category: str, *, rulebook: Rulebook) -> bool:
    nothing = rulebook.taxonomy.not_a_complaint
    return reading.category == nothing or (category == nothing and bool(reading.signals))
