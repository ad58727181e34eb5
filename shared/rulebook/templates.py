"""Templates: the texts that customers are sent, by language, in a Jinja2 that can only fill in what it is given."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from jinja2 import StrictUndefined, Template, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.sandbox import ImmutableSandboxedEnvironment

from shared.rulebook.source import Problem

FALLBACK: Final = "en"
REQUIRED: Final = (
    "acknowledgement.subject", "acknowledgement.long", "acknowledgement.short", "acknowledgement.public", "reply.long",
)  # fmt: skip
"""What every language has: the acknowledgement for mail, for chat and SMS, for the public, and a reply's frame."""

MAX_TEMPLATE_BYTES: Final = 64 * 1024

_ENVIRONMENT: Final = ImmutableSandboxedEnvironment(
    undefined=StrictUndefined, autoescape=False, trim_blocks=True, lstrip_blocks=True, keep_trailing_newline=False
)  # text, never HTML: what a customer wrote is not escaped twice
_ENVIRONMENT.globals.clear()


class TemplateFailed(Exception):
    """The template wants something that it is not given, or may not do."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Templates:
    """The sources by (language, name), such as ("it", "acknowledgement.long")."""

    sources: Mapping[tuple[str, str], str] = field(default_factory=dict)

    @property
    def languages(self) -> frozenset[str]:
        """The languages that have templates."""
        return frozenset(language for language, _ in self.sources)

    def source(self, language: str, name: str) -> str | None:
        """Return the text of a template as written, or nothing."""
        return self.sources.get((language, name))

    def language_for(self, language: str) -> str:
        """Return the language to write in: the customer's, or English where nothing is written in that."""
        base = language.partition("-")[0].lower()
        return base if base in self.languages else FALLBACK

    def render(self, language: str, names: tuple[str, ...], values: Mapping[str, Any]) -> str:
        """Fill in the first of `names` that the language has; `TemplateFailed` says what a template wants in vain."""
        for name in names:
            source = self.source(language, name)
            if source is not None:
                return _rendered(source, name, values)
        raise TemplateFailed(f"there is no template {names[-1]} in {language}")


def read_templates(folder: Path) -> tuple[Templates, list[Problem]]:
    """Read `templates/<language>/*.j2` of a rulebook; each must parse, each language must have what is required."""
    sources: dict[tuple[str, str], str] = {}
    problems: list[Problem] = []
    for path in sorted((folder / "templates").glob("*/*.j2")):
        file = path.relative_to(folder).as_posix()
        source, found = _read(path, file)
        problems += found
        if source is not None:
            sources[path.parent.name, path.name.removesuffix(".j2")] = source
    templates = Templates(sources=sources)
    for language in sorted(templates.languages | {FALLBACK}):
        for name in REQUIRED:
            if templates.source(language, name) is None:
                file = f"templates/{language}/{name}.j2"
                problems.append(Problem(file=file, line=None, what="the file is missing", mend="add it"))
    return templates, problems


def _read(path: Path, file: str) -> tuple[str | None, list[Problem]]:
    raw = path.read_bytes()
    if len(raw) > MAX_TEMPLATE_BYTES:
        mend = f"{MAX_TEMPLATE_BYTES} are read at most"
        return None, [Problem(file=file, line=None, what=f"the file has {len(raw)} bytes", mend=mend)]
    try:
        source = raw.decode("utf-8-sig")
        _ENVIRONMENT.parse(source)
    except UnicodeDecodeError:
        return None, [Problem(file=file, line=None, what="the file is not UTF-8", mend="save it as UTF-8")]
    except TemplateSyntaxError as error:
        what = f"not a template: {error.message}"
        return None, [Problem(file=file, line=error.lineno, what=what, mend="mend the braces or the tag")]
    return source, []


def _rendered(source: str, name: str, values: Mapping[str, Any]) -> str:
    try:
        return _compiled(source).render(values).strip()
    except (UndefinedError, SecurityError, TypeError, ValueError, ArithmeticError) as error:
        raise TemplateFailed(f"{name}: {error}") from error


@lru_cache(maxsize=1024)
def _compiled(source: str) -> Template:
    return _ENVIRONMENT.from_string(source)
