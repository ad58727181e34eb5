"""What the customer asks for: a refund, a part, an apology."""

from __future__ import annotations

from collections.abc import Sequence

from services.router.domain.lexicon import OUTCOME, lexicons_of
from services.router.domain.phrases import Hit
from services.router.domain.showing import Shown, words_of
from services.router.domain.tokens import fold, tokenise
from shared.rulebook.load import Rulebook


def wish(
    hits: Sequence[Hit], *, tokens: Sequence[str], said: str | None, rulebook: Rulebook, shown: Shown
) -> str | None:
    """Return the code of the outcome sought: what the sender said in a field of its own, else what the text asks."""
    if said:
        code = outcome_of(said, rulebook=rulebook)
        if code is not None:
            shown[OUTCOME] = ("said by the sender",)
            return code
    found: dict[str, dict[str, Hit]] = {}
    for hit in hits:
        if hit.meaning.fact == OUTCOME:
            found.setdefault(hit.meaning.value, {}).setdefault(hit.meaning.phrase, hit)
    if not found:
        return None
    order = list(rulebook.taxonomy.outcomes_sought)
    best = min(found, key=lambda code: (-len(found[code]), order.index(code)))
    shown[OUTCOME] = words_of(found[best].values(), tokens)
    return best


def outcome_of(said: str, *, rulebook: Rulebook) -> str | None:
    """Return the code of what a sender asked for in a field of its own: a code, or words of any language."""
    code = said.strip().casefold().replace(" ", "_")
    if code in rulebook.taxonomy.outcomes_sought:
        return code
    tokens = tokenise(said[:500])
    for lexicon in lexicons_of(rulebook).by_language.values():
        for hit in lexicon.matcher.find(tokens):
            if hit.meaning.fact == OUTCOME:
                return hit.meaning.value
    return _by_title(tokens, rulebook)


def _by_title(tokens: Sequence[str], rulebook: Rulebook) -> str | None:
    for code, entry in rulebook.taxonomy.outcomes_sought.items():
        for language, title in entry.titles.items():
            words = [fold(word, language=language) for word in tokenise(title)]
            if words and all(word in {fold(token, language=language) for token in tokens} for word in words):
                return code
    return None
