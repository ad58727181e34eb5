"""Files of the rulebook become models, or problems that name file, line and mend: all of them at once."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Generic, TypeVar

from pydantic import BaseModel, ConfigDict, ValidationError

from shared.rulebook.document import Document, Unreadable, parse
from shared.rulebook.mends import explain


class Part(BaseModel):
    """The base of all that a rulebook file may hold: frozen, and a key nobody knows is refused."""

    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True, populate_by_name=True)


Model = TypeVar("Model", bound=BaseModel)


@dataclass(frozen=True, slots=True, kw_only=True)
class Problem:
    """One thing that is wrong, where it stands (lines from 1; None: the file as a whole) and what mends it."""

    file: str
    line: int | None
    what: str
    mend: str

    def __str__(self) -> str:
        """The problem as one line for a person: `queues.yaml:12: what (mend)`."""
        place = self.file if self.line is None else f"{self.file}:{self.line}"
        return f"{place}: {self.what} ({self.mend})"


@dataclass(frozen=True, slots=True, kw_only=True)
class Source(Generic[Model]):
    """A file that was read: its model, if it holds, and the lines its values stand on."""

    file: str
    document: Document | None
    model: Model | None

    def problem(self, *path: str | int, what: str, mend: str) -> Problem:
        """Return a problem at the line where `path` (keys and indexes) stands in the file."""
        line = self.document.line(path) if self.document else None
        return Problem(file=self.file, line=line, what=what, mend=mend)


def read_source(path: Path, model: type[Model], *, root: Path | None = None) -> tuple[Source[Model], list[Problem]]:
    """Read `path` as `model`, keeping the lines for later cross checks; files are named relative to `root`."""
    file = str(path.relative_to(root)) if root else path.name
    try:
        raw = path.read_bytes()
    except FileNotFoundError:
        return _nothing(file, Problem(file=file, line=None, what="the file is missing", mend="add it"))
    except OSError as error:
        what = f"the file cannot be read: {error.strerror}"
        return _nothing(file, Problem(file=file, line=None, what=what, mend="check what it is and its permissions"))
    return source_of(raw, model, file=file)


def source_of(raw: bytes, model: type[Model], *, file: str) -> tuple[Source[Model], list[Problem]]:
    """Read the bytes of a file as `model`."""
    try:
        document = parse(raw)
    except Unreadable as error:
        return _nothing(file, Problem(file=file, line=error.line, what=str(error), mend=error.mend))
    try:
        held = model.model_validate(document.data)
    except ValidationError as error:
        problems = _problems(error, model=model, file=file, document=document)
        return Source(file=file, document=document, model=None), problems
    return Source(file=file, document=document, model=held), []


def read(path: Path, model: type[Model], *, root: Path | None = None) -> tuple[Model | None, list[Problem]]:
    """Read `path` as `model`: either the model, or every problem with its line and mend."""
    source, problems = read_source(path, model, root=root)
    return source.model, problems


def _nothing(file: str, problem: Problem) -> tuple[Source[Model], list[Problem]]:
    return Source(file=file, document=None, model=None), [problem]


def _problems(
    error: ValidationError, *, model: type[BaseModel], file: str, document: Document
) -> list[Problem]:  # fmt: skip
    found: dict[Problem, None] = {}
    for one in error.errors(include_url=False):
        what, mend = explain(one, model=model)
        found[Problem(file=file, line=document.line(one["loc"]), what=what, mend=mend)] = None
    return sorted(found, key=lambda problem: (problem.line or 0, problem.what))
