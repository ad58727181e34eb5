"""Figures as CSV: a row a group, the names of the JSON joined by `_`, whose figures they are in the first columns."""

from __future__ import annotations

import csv
import io
from collections.abc import Mapping, Sequence
from typing import Any, Final

import msgspec

from services.responder.usecases.figures import Told

_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")


def as_csv(told: Told) -> str:
    """Return the groups, or the whole where there are none, with every column that one of them has."""
    groups = told.groups if told.cohort.is_grouped else [told.total]
    whose = {
        "at": told.at,
        "received_from": told.cohort.since,
        "received_until": told.cohort.until,
    }
    whose = msgspec.to_builtins(whose)
    # Beside the groups' own, what all of them together have: an empty answer keeps its columns.
    told_of = [msgspec.to_builtins(group) for group in groups]
    columns = _columns([*told_of, msgspec.to_builtins(told.total)])
    names = (*told.cohort.by, *(("period",) if told.cohort.period else ()))
    paths = [path for path in columns if path[0] != "group"]
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\r\n")
    writer.writerow([*whose, *names, *("_".join(path) for path in paths)])
    for one in told_of:
        writer.writerow(
            [*whose.values(), *(_safe(one["group"][name]) for name in names), *(_cell(one, path) for path in paths)]
        )
    return out.getvalue()


def wants_csv(accept: str) -> bool:
    """Tell whether an `Accept` header would rather have CSV than JSON; said equally often, it gets JSON."""
    weights = dict(_weight(part) for part in accept.split(",") if part.strip())
    otherwise = weights.get("*/*", 0.0)
    as_json = weights.get("application/json", weights.get("application/*", otherwise))
    return weights.get("text/csv", weights.get("text/*", 0.0)) > as_json


def _weight(part: str) -> tuple[str, float]:
    media_type, *parameters = (piece.strip().lower() for piece in part.split(";"))
    for parameter in parameters:
        if parameter.startswith("q="):
            try:
                return media_type, float(parameter.removeprefix("q="))
            except ValueError:
                return media_type, 0.0
    return media_type, 1.0


def _columns(trees: Sequence[Mapping[str, Any]]) -> list[tuple[str, ...]]:
    """Return the paths to every leaf of any of the trees, what belongs together side by side."""
    found: list[tuple[str, ...]] = []
    for name in dict.fromkeys(name for tree in trees for name in tree):
        branches = [tree[name] for tree in trees if name in tree]
        below = [branch for branch in branches if isinstance(branch, Mapping)]
        if below:
            found += [(name, *path) for path in _columns(below)]
        else:
            found.append((name,))
    return found


def _cell(tree: Any, path: Sequence[str]) -> Any:
    """Return the value of a column: of a code that the group does not have there are none, and no share."""
    for name in path:
        if name not in tree:
            return "" if path[-1] == "percent" else 0
        tree = tree[name]
    return "" if tree is None else _safe(tree)


def _safe(value: Any) -> Any:
    """Return the value so that no spreadsheet takes it for a formula."""
    return f"'{value}" if isinstance(value, str) and value.startswith(_FORMULA) else value
