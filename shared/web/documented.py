"""Documents bodies that a hot route decodes itself, so that OpenAPI still shows them."""

from __future__ import annotations

from typing import Any

import msgspec

_JSON = "application/json"


def documented_body(kind: Any, *, also: str | None = None) -> dict[str, Any]:
    """Return the `openapi_extra` of a route with an API key whose JSON body is of this msgspec type."""
    schema = inlined(kind)
    content = {_JSON: {"schema": schema}}
    if also:
        content[also] = {"schema": {"type": "string", "description": "one JSON object a line"}}
    return {"requestBody": {"required": True, "content": content}, "security": [{"HTTPBearer": []}]}


def inlined(kind: Any) -> dict[str, Any]:
    """Return the JSON Schema of a type with its definitions put in place: OpenAPI keeps them elsewhere."""
    schema = msgspec.json.schema(kind)
    definitions = schema.pop("$defs", {})
    resolved: dict[str, Any] = _resolve(schema, definitions)
    return resolved


def _resolve(node: Any, definitions: dict[str, Any]) -> Any:
    if isinstance(node, list):
        return [_resolve(item, definitions) for item in node]
    if not isinstance(node, dict):
        return node
    reference = node.get("$ref")
    if isinstance(reference, str):
        return _resolve(definitions[reference.rpartition("/")[2]], definitions)
    return {key: _resolve(value, definitions) for key, value in node.items()}
