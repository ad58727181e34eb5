"""lexicon/<language>.yaml: the words and phrases that tell what a complaint is about.

A phrase is one or more words with spaces between. Accents and capitals do not matter.
- `rimbors*` any word that begins so; `*schaden` any that ends so, `*liefer*` any that holds it
- `non|mai arrivat*` either word
- `non .. arrivat*` up to five words may stand between, within one sentence
- `steckdose <> rauch` as `..`, in either order
- `#` any number, `75-110` one from 75 to 110
- `$parcel arriv*` any word of the concept `parcel`, which the file lists once under `concepts`; `$products` of its
  products
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Annotated, Any, Final

from pydantic import AfterValidator, BeforeValidator, Field, StringConstraints, model_validator

from shared.rulebook.mends import wrong
from shared.rulebook.source import Part
from shared.rulebook.words import Code, LanguageCode

MAX_WORDS = 8
PRODUCTS: Final = "products"
_RANGE = re.compile(r"(\d{1,12})-(\d{1,12})")
_NAMED = re.compile(r"\$([a-z][a-z0-9_]*)")


def range_of(part: str) -> tuple[int, int] | None:
    """Return the least and the greatest number that a part such as `75-110` stands for; nothing for other parts."""
    found = _RANGE.fullmatch(part)
    return (int(found[1]), int(found[2])) if found else None


def _phrase(text: str) -> str:
    words = text.split()
    if not words:
        raise wrong("an empty phrase", mend="remove the line")
    if len(words) > MAX_WORDS:
        raise wrong(f"`{text}` has {len(words)} words", mend=f"use {MAX_WORDS} at most; `..` skips words")
    if {words[0], words[-1]} & {"..", "<>"}:
        raise wrong(f"`{text}` begins or ends with `..` or `<>`", mend="put it between two words")
    if words.count("<>") > 1:
        raise wrong(f"`{text}` has `<>` twice", mend="write two phrases")
    for alternative in (part for word in words for part in word.split("|")):
        _check(alternative, text)
    return text


def _check(part: str, text: str) -> None:
    letters = part.strip("*")
    if part in ("..", "<>", "#") or range_of(part) or _NAMED.fullmatch(part):
        return
    if not letters:
        raise wrong(f"`{text}` has a part without letters", mend="write a word; `*` stands at its ends only")
    if "*" in letters:
        raise wrong(f"`{part}` has a star in its middle", mend="put `*` first or last in the word")
    if "*" in part and len(letters) < 3:
        raise wrong(f"`{part}` would match almost anything", mend="write three letters at least beside `*`")
    if not all(letter.isalnum() for letter in letters):
        raise wrong(
            f"`{part}` is not one word", mend="write the parts of l'armadio or e-mail as two words: `l armadio`"
        )


def _word(text: str) -> str:
    if " " in text or "|" in text or text.startswith("$"):
        raise wrong(f"`{text}` is more than one word", mend="list each word by itself")
    _check(text, text)
    return text


Phrase = Annotated[str, AfterValidator(_phrase)]
Phrases = tuple[Phrase, ...]
Word = Annotated[str, AfterValidator(_word)]


def _by_name(products: Any) -> Any:
    """Products that are only listed are called as they are listed, without stars."""
    if not isinstance(products, list | tuple):
        return products
    named: dict[str, list[Any]] = {}
    for one in products:
        named.setdefault(str(one).replace("*", ""), []).append(one)
    return named


Products = Annotated[
    dict[Annotated[str, StringConstraints(min_length=1, max_length=100)], Phrases], BeforeValidator(_by_name)
]
"""Phrases by what they name: `sofa: [sofas, couch]`. Rules know products by these names."""


class CategoryWords(Part):
    """What speaks for a category: `strong` decides almost alone, `words` count, `weak` only tip the balance.

    Each phrase of a subcategory is as strong as `strong`, for the category too. `never` speaks against the category.
    """

    strong: Phrases = ()
    words: Phrases = ()
    weak: Phrases = ()
    never: Phrases = ()
    subcategories: dict[Code, Phrases] = Field(default_factory=dict)


LikeCategory = Annotated[str, StringConstraints(pattern=r"^[a-z][a-z0-9_]*(\.[a-z][a-z0-9_]*)?$")]


class SignalWords(Part):
    """What shows a signal; an `unless` phrase hides its words, and so does a negation before them if `negatable`.

    `like` names a category, or `category.subcategory`, whose clear phrases show the signal too.
    """

    words: Phrases = ()
    like: LikeCategory | None = None
    unless: Phrases = ()
    negatable: bool = True


class Negation(Part):
    """The words that turn a signal into its opposite when they stand within `reach` words before it."""

    words: tuple[str, ...] = ()
    reach: int = Field(default=3, ge=1, le=8)


class LexiconFile(Part):
    """One language. `function_words` and `letters` beyond a-z tell it from its neighbours in short texts."""

    language: LanguageCode
    function_words: tuple[str, ...] = Field(min_length=20)
    letters: str = ""
    detected_as: tuple[LanguageCode, ...] = ()
    negation: Negation = Negation()
    products: Products = Field(default_factory=dict)
    concepts: dict[Code, tuple[Word, ...]] = Field(default_factory=dict)
    categories: dict[Code, CategoryWords]
    signals: dict[Code, SignalWords] = Field(default_factory=dict)
    outcomes_sought: dict[Code, Phrases] = Field(default_factory=dict)

    @property
    def words_of_concepts(self) -> dict[str, tuple[str, ...]]:
        """The words of each concept; of the products those that are one word."""
        return {
            PRODUCTS: tuple(one for names in self.products.values() for one in names if " " not in one),
            **self.concepts,
        }

    @model_validator(mode="after")
    def every_concept_is_listed(self) -> LexiconFile:
        """Else a phrase would never be found, and nobody would know."""
        if PRODUCTS in self.concepts:
            raise wrong(f"a concept `{PRODUCTS}`", mend=f"list its words under `{PRODUCTS}` instead")
        known = {PRODUCTS, *self.concepts}
        for phrase in self._phrases():
            for name in _NAMED.findall(phrase):
                if name not in known:
                    raise wrong(f"`{phrase}` names no concept", mend=f"add `{name}` under `concepts`")
        return self

    def _phrases(self) -> Iterator[str]:
        groups: list[Iterable[str]] = list(self.outcomes_sought.values())
        for words in self.categories.values():
            groups += [words.strong, words.words, words.weak, words.never, *words.subcategories.values()]
        for signal in self.signals.values():
            groups += [signal.words, signal.unless]
        for phrases in groups:
            yield from (phrase for phrase in phrases if "$" in phrase)
