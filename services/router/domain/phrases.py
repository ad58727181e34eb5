"""The phrases of a lexicon as one matcher: each word of a text is looked up once, whatever the number of phrases."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final, NamedTuple

from services.router.domain.atoms import Atoms
from services.router.domain.tokens import ends_sentence

GAP: Final = 5
"""How many words may stand where a phrase says `..`."""

MAX_REMEMBERED: Final = 60_000
"""How many different words a matcher remembers before it forgets them all; this bounds its memory."""

LONGEST: Final = 40


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


@dataclass(frozen=True, slots=True)
class _Phrase:
    meaning: Meaning
    rest: tuple[tuple[int, int], ...]  # atom, and how many words it may stand further on


@dataclass(frozen=True, slots=True)
class _Word:
    """What a matcher knows of one word: the atoms it fits, the meanings it has alone, the phrases that it begins.

    `begins` is by the second atom of the phrase: most phrases are out as soon as that is nowhere in the text.
    """

    atoms: frozenset[int]
    alone: tuple[Meaning, ...]
    seconds: frozenset[int]
    begins: Mapping[int, Sequence[_Phrase]]


_NOTHING = _Word(frozenset(), (), frozenset(), {})
_END = _Word(frozenset(), (), frozenset(), {})


class Matcher:
    """Finds the phrases of one language in a list of tokens."""

    def __init__(self, meanings: Iterable[Meaning], *, language: str) -> None:
        self._language = language
        self._atoms = Atoms(language)
        self._alone: dict[int, list[Meaning]] = {}
        self._begins: dict[int, list[_Phrase]] = {}
        self._remembered: dict[str, _Word] = {}
        for meaning in meanings:
            self._add(meaning)

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

    def find(self, tokens: Sequence[str]) -> list[Hit]:
        """Return every phrase found, in the order of the text."""
        remembered = self._remembered
        words = [remembered.get(token) or self._look_up(token) for token in tokens]
        present = frozenset[int]().union(*[word.atoms for word in words if word is not _NOTHING])
        hits: list[Hit] = []
        for place, word in enumerate(words):
            if word is _NOTHING:
                continue
            for meaning in word.alone:
                hits.append(Hit(meaning, (place,)))
            for second in word.seconds & present:
                for phrase in word.begins[second]:
                    places = _places_of(phrase, words, place)
                    if places:
                        hits.append(Hit(phrase.meaning, places))
        return hits

    def _look_up(self, token: str) -> _Word:
        if len(self._remembered) >= MAX_REMEMBERED:
            self._remembered.clear()
        word = _END if ends_sentence(token) else self._known(token)
        if len(token) <= LONGEST:  # nobody may fill the memory with what is no word
            self._remembered[token] = word
        return word

    def _known(self, token: str) -> _Word:
        atoms = self._atoms.fitting(token)
        if not atoms:
            return _NOTHING
        alone = tuple(meaning for atom in atoms for meaning in self._alone.get(atom, ()))
        begins: dict[int, list[_Phrase]] = {}
        for atom in atoms:
            for phrase in self._begins.get(atom, ()):
                begins.setdefault(phrase.rest[0][0], []).append(phrase)
        return _Word(frozenset(atoms), alone, frozenset(begins), begins)


def _places_of(phrase: _Phrase, words: Sequence[_Word], place: int) -> tuple[int, ...]:
    """Return where the words of the phrase that begins at `place` stand; nothing when it does not go on."""
    places: tuple[int, ...] = (place,)
    for atom, reach in phrase.rest:
        for word in words[place + 1 : place + 1 + reach]:
            place += 1
            if atom in word.atoms:
                places += (place,)
                break
            if word is _END:
                return ()
        else:
            return ()
    return places
