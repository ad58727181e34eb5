"""What a person is to do about each complaint that pydantic has about a rulebook."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Sequence
from typing import Any, get_args, get_origin

from pydantic import BaseModel
from pydantic_core import ErrorDetails, PydanticCustomError

_TYPES = {
    "string_type": "write text; put it in quotes if it looks like a number or a truth value",
    "bool_parsing": "write true or false",
    "bool_type": "write true or false",
    "int_parsing": "write a whole number",
    "int_type": "write a whole number",
    "float_parsing": "write a number",
    "dict_type": "write `key: value` lines, indented under it",
    "model_type": "write `key: value` lines, indented under it",
    "tuple_type": "write a list: `[a, b]`, or lines that begin with `- `",
    "list_type": "write a list: `[a, b]`, or lines that begin with `- `",
    "date_from_datetime_parsing": "write a date as 2026-11-22",
    "date_parsing": "write a date as 2026-11-22",
    "time_parsing": "write a time of day as 09:00",
    "time_delta_parsing": "write a duration as PT4H or P2D",
}


def wrong(what: str, *, mend: str) -> PydanticCustomError:
    """Return the error that a validator raises so that the reader is told what is wrong and what mends it."""
    return PydanticCustomError("rulebook", "{what}", {"what": what, "mend": mend})


def closest(word: str, known: Iterable[str]) -> str:
    """Return `did you mean ...?` for the nearest known word, else the list of those that are known."""
    names = sorted(set(known))
    near = difflib.get_close_matches(word, names, n=1, cutoff=0.6)
    if near:
        return f"did you mean `{near[0]}`?"
    return "write one of: " + ", ".join(names[:30]) if names else "remove it"


def explain(error: ErrorDetails, *, model: type[BaseModel]) -> tuple[str, str]:
    """Return what is wrong and what mends it, in words, for one error of `model`."""
    kind, context = error["type"], error.get("ctx", {})
    place = ".".join(str(part) for part in error["loc"] if part != "[key]") or "the file"
    if kind == "rulebook":
        return f"{place}: {context['what']}", str(context["mend"])
    if kind == "extra_forbidden":
        names = _fields_at(model, error["loc"][:-1])
        return f"{place}: no such key", closest(str(error["loc"][-1]), names)
    if kind == "missing":
        return f"{place}: is missing", f"add `{error['loc'][-1]}:`"
    if kind in ("literal_error", "enum"):
        return f"{place}: {_shown(error['input'])} is not known", _choice(error)
    message = error["msg"].removeprefix("Value error, ")
    return f"{place}: {message[:1].lower()}{message[1:]}", _TYPES.get(kind, f"change {_shown(error['input'])}")


def _choice(error: ErrorDetails) -> str:
    expected = str(error.get("ctx", {}).get("expected", ""))
    words = [word.strip().strip("'") for word in expected.replace(" or ", ", ").split(",")]
    return closest(str(error["input"]), [word for word in words if word])


def _shown(value: object) -> str:
    text = str(value)
    return f"`{text[:60]}{'...' if len(text) > 60 else ''}`"


def _fields_at(model: type[BaseModel], path: Sequence[str | int]) -> set[str]:
    kinds: list[Any] = [model]
    for part in path:
        kinds = [deeper for kind in kinds for deeper in _step(kind, part)] or kinds
    return {name for kind in kinds for found in _models(kind) for name in _names(found)}


def _step(kind: Any, part: str | int) -> list[Any]:
    found: list[Any] = []
    for one in _models(kind):
        for name, info in one.model_fields.items():
            if part in (name, info.alias):
                found.append(info.annotation)
    if not found and get_origin(kind) is not None:
        return [deeper for inner in get_args(kind) for deeper in (_step(inner, part) or _models(inner))]
    return found


def _models(kind: Any) -> list[type[BaseModel]]:
    if isinstance(kind, type) and issubclass(kind, BaseModel):
        return [kind]
    return [model for inner in get_args(kind) for model in _models(inner)]


def _names(model: type[BaseModel]) -> set[str]:
    return {info.alias or name for name, info in model.model_fields.items()}
