"""A model as the router asks it: one complaint at a time."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from services.router.learning.classifier import Classifier, Prediction
from services.router.learning.meanings import meanings
from services.router.learning.storing import load


@dataclass(frozen=True, slots=True, kw_only=True)
class Serving:
    """A classifier with its version."""

    classifier: Classifier
    version: str

    def sure_of(self, text: str, *, language: str | None) -> Prediction | None:
        """Return what the classifier says, or None where it abstains."""
        (said,) = self.classifier.predict([text], languages=[language])
        return None if said.abstained else said

    def words(self, text: str, *, language: str | None, label: str, most: int) -> tuple[str, ...]:
        """Return the words that spoke most for a label."""
        return self.classifier.words(text, language=language, label=label, most=most)


def load_serving(folder: Path) -> Serving:
    """Return the model of a folder; raises BadModel."""
    classifier, _, version = load(folder, meanings=meanings())
    return Serving(classifier=classifier, version=version)
