"""Says in each OpenAPI document what every refusal looks like, once for all routes."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from fastapi import FastAPI

from shared.web.problems import PROBLEM_TYPE

_METHODS = frozenset({"get", "put", "post", "delete", "patch", "head", "options"})
_FASTAPIS_OWN = ("HTTPValidationError", "ValidationError")
_REFUSED = {PROBLEM_TYPE: {"schema": {"$ref": "#/components/schemas/Problem"}}}
_TEXT = {"type": "string"}
_PROBLEM = {
    "type": "object",
    "title": "Problem",
    "description": "A refusal (RFC 9457): what, where, how to mend; see docs/errors.",
    "required": ["type", "title", "status", "detail", "instance"],
    "properties": {
        "type": _TEXT,
        "title": _TEXT,
        "status": {"type": "integer", "minimum": 400, "maximum": 599},
        "detail": _TEXT,
        "instance": _TEXT,
        "errors": {
            "type": "array",
            "items": {
                "type": "object",
                "required": ["pointer", "detail"],
                "properties": {"pointer": _TEXT, "detail": _TEXT},
            },
        },
    },
}


def document_problems(app: FastAPI) -> None:
    """Make the application's OpenAPI document tell that what is refused is a problem+json, whatever its status."""
    generate = app.openapi

    def openapi() -> dict[str, Any]:
        if app.openapi_schema is None:
            _complete(generate())
        return generate()

    app.openapi = openapi  # type: ignore[method-assign]  # FastAPI's documented way to extend its document


def _complete(document: dict[str, Any]) -> None:
    schemas = document.setdefault("components", {}).setdefault("schemas", {})
    for name in _FASTAPIS_OWN:
        schemas.pop(name, None)
    schemas["Problem"] = _PROBLEM
    for operation in _operations(document):
        _tell(operation)


def _operations(document: dict[str, Any]) -> Iterator[dict[str, Any]]:
    for path in document["paths"].values():
        yield from (operation for method, operation in path.items() if method in _METHODS)


def _tell(operation: dict[str, Any]) -> None:
    responses = operation["responses"]
    if operation.get("security"):
        responses.setdefault("401", {"description": "No API key, or one that is unknown or revoked."})
        responses.setdefault("403", {"description": "The API key lacks the scope."})
    if "422" in responses and responses["422"]["description"] == "Validation Error":
        responses["422"] = {"description": "One or more fields are not as documented."}
    responses["default"] = {"description": "Refused; the body says why, and what mends it."}
    for status, response in responses.items():
        if (status == "default" or int(status) >= 400) and "content" not in response:
            response["content"] = dict(_REFUSED)
