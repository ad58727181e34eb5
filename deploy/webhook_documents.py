"""AsyncAPI of the outgoing webhooks, with an example of each event; written by `python -m deploy.api_documents`."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import msgspec

from deploy.webhook_examples import examples
from shared.contracts.webhooks import (
    COMPLAINT_EVENT_TYPES,
    SUBSCRIPTION_PAUSED,
    TEST,
    ComplaintWebhook,
    SubscriptionPausedWebhook,
    SubscriptionTestWebhook,
    kind_of,
)
from shared.rulebook.load import load

SCHEMAS: Final[dict[str, type[Any]]] = {
    "ascolto.webhook.complaint.v1": ComplaintWebhook,
    "ascolto.webhook.subscription_paused.v1": SubscriptionPausedWebhook,
    "ascolto.webhook.test.v1": SubscriptionTestWebhook,
}
_RULEBOOK: Final = Path(__file__).resolve().parent / "rulebook"
_HEADERS: Final = {
    "webhook-id": "The same at every attempt, and of one event for one subscription only: take it once.",
    "webhook-timestamp": "When this attempt was made, in Unix seconds; refuse what is more than 5 minutes away.",
    "webhook-signature": "`v1,` and base64 of HMAC-SHA256 over `id.timestamp.body`; several, parted by spaces, while a "
    "secret is rotated: one that matches is enough.",
}


def webhook_documents() -> dict[str, dict[str, Any]]:
    """Return the documents by their file names."""
    return {"webhooks.asyncapi.json": _asyncapi()} | {
        f"{name}.schema.json": _schema(name, kind) for name, kind in SCHEMAS.items()
    }


def _asyncapi() -> dict[str, Any]:
    shown = examples(load(_RULEBOOK))
    types = (*COMPLAINT_EVENT_TYPES, SUBSCRIPTION_PAUSED, TEST)
    reference = "#/components/messages/"
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Ascolto webhooks",
            "version": "1",
            "description": "What other systems are told over HTTP, signed by Standard Webhooks "
            "(https://www.standardwebhooks.com). Answer with a 2xx within 15 seconds. Of one complaint, events come in "
            "the order of `data.sequence`; any may come more than once, under the same `webhook-id`. A field may be "
            "added at any time. How to: docs/how-to/connect-a-system-by-webhooks.md.",
        },
        "defaultContentType": "application/json",
        "channels": {
            "endpoint": {
                "address": None,
                "description": "The `url` of a subscription (`POST /v1/webhooks` of the responder).",
                "messages": {name: {"$ref": reference + name} for name in types},
            }
        },
        "operations": {
            "tell": {
                "action": "send",
                "channel": {"$ref": "#/channels/endpoint"},
                "bindings": {"http": {"method": "POST", "bindingVersion": "0.3.0"}},
            }
        },
        "components": {
            "messages": {name: _message(name, shown[name]) for name in types},
            "schemas": {name: _embedded(name, kind) for name, kind in SCHEMAS.items()},
        },
    }


def _message(name: str, shown: list[dict[str, Any]]) -> dict[str, Any]:
    schema = next(key for key, kind in SCHEMAS.items() if kind is kind_of(name))
    return {
        "name": name,
        "title": name,
        "headers": {
            "type": "object",
            "required": list(_HEADERS),
            "properties": {header: {"type": "string", "description": text} for header, text in _HEADERS.items()},
        },
        "payload": {"$ref": f"#/components/schemas/{schema}"},
        "examples": [{"payload": body} for body in shown],
    }


def _embedded(name: str, kind: type[Any]) -> dict[str, Any]:
    return {"schemaFormat": "application/schema+json;version=draft-2020-12", "schema": _schema(name, kind)}


def _schema(name: str, kind: type[Any]) -> dict[str, Any]:
    schema = msgspec.json.schema(kind)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": name, **schema}
