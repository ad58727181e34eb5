"""examples/<language>.yaml: what customers wrote, by what it is; a text like one of them is read as that.

categories:
  delivery:
    late: ["Ordered three weeks ago and the sofa is still a rumour."]
  discrimination: ["..."]         # a category without subcategories
signals:
  legal_threat: ["You will hear from my solicitor."]
no_signal: ["The refund form makes me sick."]   # looks like a signal, is none
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Annotated, NamedTuple

from pydantic import Field, StringConstraints

from shared.rulebook.source import Part
from shared.rulebook.words import Code, LanguageCode

Text = Annotated[str, StringConstraints(min_length=2, max_length=2_000)]
Texts = tuple[Text, ...]


class LabelledText(NamedTuple):
    """One example: its category and subcategory, or the signal that it shows, or neither."""

    text: str
    category: str | None = None
    subcategory: str | None = None
    signal: str | None = None


class ExamplesFile(Part):
    """The examples of one language. A few dozen of each kind are a beginning; they count as soon as they stand here."""

    language: LanguageCode
    categories: dict[Code, dict[Code, Texts] | Texts]
    signals: dict[Code, Texts] = Field(default_factory=dict)
    no_signal: Texts = ()

    def labelled(self) -> Iterator[LabelledText]:
        """Yield each text with what it is."""
        for category, kinds in self.categories.items():
            if isinstance(kinds, dict):
                for sub, texts in kinds.items():
                    yield from (LabelledText(text, category, sub) for text in texts)
            else:
                yield from (LabelledText(text, category) for text in kinds)
        for signal, texts in self.signals.items():
            yield from (LabelledText(text, signal=signal) for text in texts)
        yield from map(LabelledText, self.no_signal)
