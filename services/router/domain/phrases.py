"""The phrases of a lexicon as one matcher: each word of a text is looked up once, whatever the number of phrases."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import Final, NamedTuple

from services.router.domain.atoms import Atoms
from services.router.domain.remembered import Remembered
from services.router.domain.tokens import ends_sentence

GAP: Final = 5
"""How many words may stand where a phrase says `..`."""

MAX_REMEMBERED: Final = 60_000
"""How many different words a matcher remembers before it forgets them all; this bounds its memory."""

_NONE: Final = frozenset[int]()


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
    meaning: Meaning
    rest: tuple[tuple[int, int], ...]  # atom, and how many words it may stand further on


@dataclass(frozen=True, slots=True, eq=False)
class _Word:
    """What a matcher knows of one word: the atoms it fits, the meanings it has alone, the phrases that it begins.

    `begins` is by the second atom of the phrase: most phrases are out as soon as that is nowhere in the sentence.
    `continues` are those of its atoms that stand second in a phrase.
    """

    atoms: frozenset[int]
    alone: tuple[Meaning, ...] = ()
    continues: frozenset[int] = _NONE
    seconds: frozenset[int] = _NONE
    begins: Mapping[int, Sequence[_Phrase]] = field(default_factory=dict)


_NOTHING = _Word(_NONE)
_END = _Word(_NONE)


class Matcher:
    """Finds the phrases of one language in a list of tokens."""

    def __init__(self, meanings: Iterable[Meaning], *, language: str) -> None:
        self._language = language
        self._atoms = Atoms(language)
        self._alone: dict[int, list[Meaning]] = {}
        self._begins: dict[int, list[_Phrase]] = {}
        for meaning in meanings:
            self._add(meaning)
        self._seconds = frozenset(phrase.rest[0][0] for phrases in self._begins.values() for phrase in phrases)
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
        first = steps[0][0]
        if len(steps) == 1:
            self._alone.setdefault(first, []).append(meaning)
        else:
            self._begins.setdefault(first, []).append(_Phrase(meaning, tuple(steps[1:])))

    def find(self, tokens: Iterable[str]) -> list[Hit]:
        """Return every phrase found, in the order of the text."""
        words = list(map(self._words.__getitem__, tokens))
        words.append(_END)
        hits: list[Hit] = []
        begin, last = 0, len(words)
        while begin < last:
            end = words.index(_END, begin)
            _find_within(words[begin:end], begin, hits)
            begin = end + 1
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
            for phrase in self._begins.get(atom, ()):
                begins.setdefault(phrase.rest[0][0], []).append(phrase)
        return _Word(frozenset(atoms), alone, self._seconds.intersection(atoms), frozenset(begins), begins)


def _find_within(sentence: Sequence[_Word], begin: int, hits: list[Hit]) -> None:
    """Add what a sentence says whose first word stands at `begin`; no phrase goes beyond a sentence."""
    present = _NONE.union(*[word.continues for word in sentence])
    for at, word in enumerate(sentence):
        for meaning in word.alone:
            hits.append(_hit((meaning, (begin + at,))))
        for second in word.seconds & present:
            for phrase in word.begins[second]:
                places = _places_of(phrase, sentence, at)
                if places:
                    hits.append(_hit((phrase.meaning, tuple([begin + place for place in places]))))


def _places_of(phrase: _Phrase, sentence: Sequence[_Word], at: int) -> list[int]:
    """Return where the words of the phrase that begins at `at` stand in its sentence, or nothing."""
    places = [at]
    for atom, reach in phrase.rest:
        for word in sentence[at + 1 : at + 1 + reach]:
            at += 1
            if atom in word.atoms:
                places.append(at)
                break
        else:
            return []
    return places
