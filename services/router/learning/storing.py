"""Keeps a classifier in a folder, and brings it back only if it is whole."""

from __future__ import annotations

import io
import json
import zipfile
from dataclasses import asdict
from hashlib import sha256
from pathlib import Path
from typing import Final

import numpy as np

from services.router.learning.classifier import Classifier
from services.router.learning.faults import BadModel
from services.router.learning.features import Vocabulary, numbered
from services.router.learning.meanings import Meanings
from services.router.learning.sureness import Sureness

FORMAT: Final = 1
_CARD: Final = "model.json"
_ARRAYS: Final = "model.npz"
_TABLES: Final = ("neighbours", "pairs", "word_rarity", "pair_rarity", "part_rarity", "middle")


def save(classifier: Classifier, *, seen: np.ndarray, folder: Path) -> str:
    """Write a model into a folder, the old one replaced only when the new one is whole, and return its version."""
    folder.mkdir(parents=True, exist_ok=True)
    tables = {name: getattr(classifier.vocabulary, name) for name in _TABLES}
    buffer = io.BytesIO()
    np.savez(
        buffer,
        weights=classifier.weights.astype(np.float16),
        offsets=classifier.offsets,
        seen=seen,
        stems=_packed(classifier.vocabulary.stems),
        parts=_packed(classifier.vocabulary.parts),
        **{name: table for name, table in tables.items() if table is not None},
    )
    digest = sha256(buffer.getbuffer()).hexdigest()
    card = {
        "format": FORMAT,
        "labels": classifier.labels,
        "languages": classifier.languages,
        "sureness": asdict(classifier.sureness),
        "sha256": digest,
    }
    text = json.dumps(card, ensure_ascii=False, indent=1)
    for name, content in ((_ARRAYS, bytes(buffer.getbuffer())), (_CARD, text.encode())):
        (folder / f"{name}.new").write_bytes(content)
    for name in (_ARRAYS, _CARD):
        (folder / f"{name}.new").replace(folder / name)
    return _version(text)


def load(folder: Path, *, meanings: Meanings | None) -> tuple[Classifier, np.ndarray, str]:
    """Return a folder's classifier, the marks of the texts that it was trained on, and its version.

    Raises BadModel for a folder without a model, half a model, a changed one, or one that needs what is not here.
    """
    text, content = _read(folder / _CARD).decode(errors="replace"), _read(folder / _ARRAYS)
    try:
        card = json.loads(text)
        if card["format"] != FORMAT:
            raise BadModel(f"{folder}: was written in format {card['format']}, this reads {FORMAT}; train it anew")
        if sha256(content).hexdigest() != card["sha256"]:
            raise BadModel(f"{folder / _ARRAYS}: is not what was trained; copy the folder anew, or train anew")
        with np.load(io.BytesIO(content), allow_pickle=False) as arrays:
            tables = {name: arrays[name] for name in arrays.files}
        classifier = _rebuilt(card, tables, meanings=meanings, folder=folder)
    except (KeyError, TypeError, ValueError, zipfile.BadZipFile) as error:
        raise BadModel(f"{folder / _CARD}: is not a model ({error!r}); train it anew") from None
    return classifier, tables["seen"], _version(text)


def _read(path: Path) -> bytes:
    try:
        return path.read_bytes()
    except OSError:
        raise BadModel(f"{path}: cannot be read; name the folder that `classifier train --out` wrote") from None


def _rebuilt(
    card: dict[str, object], tables: dict[str, np.ndarray], *, meanings: Meanings | None, folder: Path
) -> Classifier:
    stems, parts = _unpacked(tables["stems"]), _unpacked(tables["parts"])
    vocabulary = Vocabulary(
        stems=stems,
        parts=parts,
        stem_numbers=numbered(stems),
        part_numbers=numbered(parts),
        **{name: tables.get(name) for name in _TABLES},  # type: ignore[arg-type]  # only `middle` may be missing
    )
    if vocabulary.middle is not None and meanings is None:
        raise BadModel(f"{folder}: was trained with word vectors that are not installed here; run `make learning`")
    weights = tables["weights"].astype(np.float32)
    labels, languages, sureness = (card[name] for name in ("labels", "languages", "sureness"))
    if not isinstance(labels, list) or not isinstance(languages, list) or not isinstance(sureness, dict):
        raise TypeError("labels, languages or sureness")
    if weights.shape != (vocabulary.columns, len(labels)):
        raise ValueError("weights")
    return Classifier(
        labels=tuple(labels),
        languages=tuple(languages),
        vocabulary=vocabulary,
        weights=weights,
        offsets=tables["offsets"],
        sureness=Sureness(**sureness),
        meanings=meanings if vocabulary.middle is not None else None,
    )


def _version(card: str) -> str:
    return sha256(card.encode()).hexdigest()[:12]


def _packed(names: tuple[str, ...]) -> np.ndarray:
    return np.frombuffer("\n".join(names).encode(), dtype=np.uint8)


def _unpacked(packed: np.ndarray) -> tuple[str, ...]:
    text = packed.tobytes().decode()
    return tuple(text.split("\n")) if text else ()
