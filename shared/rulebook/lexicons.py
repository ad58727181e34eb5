"""lexicon/<language>.yaml: the words and phrases that tell what a complaint is about.

A phrase is one or more words with spaces between. Accents and capitals do not matter.
- `rimbors*` any word that begins so; `*schaden` any that ends so, `*liefer*` any that holds it
- `non|mai arrivat*` either word
- `non .. arrivat*` up to five words may stand between, within one sentence
- `steckdose <> rauch` as `..`, in either order
- `#` any number
"""

from __future__ import annotations

from typing import Annotated

from pydantic import AfterValidator, Field, StringConstraints

from shared.rulebook.mends import wrong
from shared.rulebook.source import Part
from shared.rulebook.words import Code, LanguageCode

MAX_WORDS = 8


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
    if part in ("..", "<>", "#"):
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


Phrase = Annotated[str, AfterValidator(_phrase)]
Phrases = tuple[Phrase, ...]


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
    categories: dict[Code, CategoryWords]
    signals: dict[Code, SignalWords] = Field(default_factory=dict)
    outcomes_sought: dict[Code, Phrases] = Field(default_factory=dict)
