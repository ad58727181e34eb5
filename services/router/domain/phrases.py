"""The phrases of a lexicon as one matcher: each word of a text is looked up once, whatever the number of phrases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from typing import Final, NamedTuple

from services.router.domain.atoms import Atoms
from services.router.domain.remembered import Remembered
from services.router.domain.tokens import ends_sentence

GAP: Final = 5
"""How many words may stand where a phrase says `..`."""

MAX_REMEMBERED: Final = 60_000
"""How many different words a matcher remembers before it forgets them all; this bounds its memory."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class Meaning:
    """What one phrase speaks for: a fact (`category`, `signal`, `outcome_sought`...), its value, and how strongly."""

    phrase: str
    fact: str
    value: str
    within: str | None = None
    weight: int = 1


class Hit(NamedTuple):
    """A phrase found in the words at `places`; a tuple, since many are made for each text."""

    meaning: Meaning
    places: tuple[int, ...]

    @property
    def start(self) -> int:
        """Where it begins."""
        return self.places[0]

    @property
    def end(self) -> int:
        """Where its last word stands."""
        return self.places[-1]


_hit: Callable[[tuple[Meaning, tuple[int, ...]]], Hit] = partial(tuple.__new__, Hit)  # half of the time of Hit(...)


@dataclass(frozen=True, slots=True, eq=False)
class _Phrase:
    """A phrase whose first two atoms are known: how far on the second may stand, and the steps that follow it."""

    meaning: Meaning
    reach: int
    rest: tuple[tuple[int, int], ...]  # atom, and how many words it may stand further on


@dataclass(frozen=True, slots=True, eq=False)
class _Word:
    """What a matcher knows of one word: the atoms it fits, the meanings it has alone, the phrases that it begins.

    `begins` is by the second atom of the phrase; `continues` are those of the word's own atoms that stand second in
    some phrase. Tuples, since they lie close together: looking at a word costs less than fetching it from memory.
    """

    atoms: frozenset[int]
    alone: tuple[Meaning, ...] = ()
    continues: tuple[int, ...] = ()
    begins: tuple[tuple[int, tuple[_Phrase, ...]], ...] = ()


_NOTHING = _Word(frozenset())
_END = _Word(frozenset())


class Matcher:
    """Finds the phrases of one language in a list of tokens."""

    def __init__(
        self, meanings: Iterable[Meaning], *, language: str, concepts: Mapping[str, tuple[str, ...]] | None = None
    ) -> None:
        self._language = language
        self._atoms = Atoms(language, concepts=concepts or {})
        self._alone: dict[int, list[Meaning]] = {}
        self._begins: dict[int, dict[int, list[_Phrase]]] = {}
        for meaning in meanings:
            self._add(meaning)
        self._seconds = frozenset(second for begun in self._begins.values() for second in begun)
        self._words = Remembered(self._known, most=MAX_REMEMBERED)

    def _add(self, meaning: Meaning) -> None:
        one, either_order, other = meaning.phrase.partition(" <> ")
        if either_order:
            self._add_words(meaning, f"{other} .. {one}")
        self._add_words(meaning, f"{one} .. {other}" if either_order else one)

    def _add_words(self, meaning: Meaning, words: str) -> None:
        steps: list[tuple[int, int]] = []
        reach = 1
        for part in words.split():
            if part == "..":
                reach = GAP + 1
                continue
            steps.append((self._atoms.number(part), reach))
            reach = 1
        (first, _), *others = steps
        if not others:
            self._alone.setdefault(first, []).append(meaning)
            return
        (second, reach), *rest = others
        phrase = _Phrase(meaning, reach, tuple(rest))
        self._begins.setdefault(first, {}).setdefault(second, []).append(phrase)

    def find(self, tokens: Iterable[str]) -> list[Hit]:
        """Return every phrase found, in the order of the text.

        Those that begin at one word come as its atoms do, and as the lexicon names them. The text is walked
        backwards: then it is known of each atom where it stands next.
        """
        words = list(map(self._words.__getitem__, tokens))
        hits: list[Hit] = []
        next_at: dict[int, int] = {}
        for at in range(len(words) - 1, -1, -1):
            word = words[at]
            if word is _NOTHING:
                continue
            if word is _END:  # no phrase goes beyond a sentence
                next_at.clear()
                continue
            for meaning in word.alone:
                hits.append(_hit((meaning, (at,))))
            for second, phrases in word.begins:
                if second in next_at:
                    _go_on(phrases, words, (at, next_at[second]), hits)
            for atom in word.continues:
                next_at[atom] = at
        hits.sort(key=_start)
        return hits

    def _known(self, token: str) -> _Word:
        if ends_sentence(token):
            return _END
        atoms = self._atoms.fitting(token)
        if not atoms:
            return _NOTHING
        alone = tuple(meaning for atom in atoms for meaning in self._alone.get(atom, ()))
        begins: dict[int, list[_Phrase]] = {}
        for atom in atoms:
            for second, phrases in self._begins.get(atom, {}).items():
                begins.setdefault(second, []).extend(phrases)
        return _Word(
            frozenset(atoms),
            alone,
            tuple(atom for atom in dict.fromkeys(atoms) if atom in self._seconds),
            tuple((second, tuple(phrases)) for second, phrases in begins.items()),
        )


def _start(hit: Hit) -> int:
    return hit[1][0]


def _go_on(phrases: Iterable[_Phrase], words: Sequence[_Word], two: tuple[int, int], hits: list[Hit]) -> None:
    """Add those of the phrases that go on to their end; their first two words stand at `two`."""
    distance = two[1] - two[0]
    for phrase in phrases:
        if distance <= phrase.reach:
            places = _places_of(phrase.rest, words, two) if phrase.rest else two
            if places:
                hits.append(_hit((phrase.meaning, places)))


def _places_of(rest: Iterable[tuple[int, int]], words: Sequence[_Word], two: tuple[int, int]) -> tuple[int, ...]:
    """Return where the words of a phrase stand whose first ones stand at `two`; nothing when it does not go on."""
    places: tuple[int, ...] = two
    at = two[1]
    for atom, reach in rest:
        for word in words[at + 1 : at + 1 + reach]:
            at += 1
            if atom in word.atoms:
                places += (at,)
                break
            if word is _END:
                return ()
        else:
            return ()
    return places
