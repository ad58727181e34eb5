"""Writes docs/api/: OpenAPI, AsyncAPI of topics and webhooks, and JSON Schemas: `python -m deploy.api_documents`.

A test compares what is written there with what the code says now.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import msgspec

from deploy.webhook_documents import webhook_documents
from services.ingest.app import build as build_ingest
from services.ingest.settings import IngestSettings
from services.responder.app import build as build_responder
from services.responder.settings import ResponderSettings
from services.router.app import build as build_router
from services.router.settings import RouterSettings
from shared.contracts.progress import ComplaintProgress
from shared.contracts.received import MessageReceived
from shared.contracts.routed import ComplaintRouted
from shared.contracts.topics import PROGRESS, RECEIVED, ROUTED, Topic

FOLDER = Path(__file__).resolve().parent.parent / "docs" / "api"
_NOWHERE: dict[str, Any] = {"database_url": "postgresql://nobody@127.0.0.1:1/none", "house_key": "A" * 43 + "="}
_EVENTS: tuple[tuple[type[MessageReceived | ComplaintRouted | ComplaintProgress], Topic, str], ...] = (
    (MessageReceived, RECEIVED, "account and conversation"),
    (ComplaintRouted, ROUTED, "complaint_id"),
    (ComplaintProgress, PROGRESS, "complaint_id"),
)


def documents() -> dict[str, dict[str, Any]]:
    """Return every document by its file name."""
    found = {
        "ingest.openapi.json": build_ingest(IngestSettings(**_NOWHERE)).openapi(),
        "router.openapi.json": build_router(RouterSettings(**_NOWHERE)).openapi(),
        "responder.openapi.json": build_responder(ResponderSettings(**_NOWHERE)).openapi(),
        "asyncapi.json": _asyncapi(),
    }
    found |= {f"{event.TYPE}.schema.json": _schema(event) for event, _, _ in _EVENTS}
    return found | webhook_documents()


def written(document: dict[str, Any]) -> str:
    """Return a document as it stands in its file."""
    return json.dumps(document, indent=1, ensure_ascii=False, sort_keys=True) + "\n"


def _schema(event: type[Any]) -> dict[str, Any]:
    schema = msgspec.json.schema(event)
    return {"$schema": "https://json-schema.org/draft/2020-12/schema", "$id": event.TYPE, **schema}


def _asyncapi() -> dict[str, Any]:
    return {
        "asyncapi": "3.0.0",
        "info": {
            "title": "Ascolto events",
            "version": "1",
            "description": "CloudEvents 1.0 in binary mode: the attributes are `ce_*` headers, the body is JSON. "
            "W3C trace context travels beside them. A field may be added at any time; anything else is a new topic.",
        },
        "defaultContentType": "application/json",
        "channels": {topic.name: _channel(event, topic, key) for event, topic, key in _EVENTS},
        "operations": {
            event.__name__: {"action": "send", "channel": {"$ref": f"#/channels/{topic.name.replace('/', '~1')}"}}
            for event, topic, _ in _EVENTS
        },
        "components": {"messages": {event.__name__: _message(event) for event, _, _ in _EVENTS}},
    }


def _channel(event: type[Any], topic: Topic, key: str) -> dict[str, Any]:
    return {
        "address": topic.name,
        "description": f"Key: {key}. Kept for {topic.retention.days} days; dead letters go to {topic.dead_letters}.",
        "messages": {event.__name__: {"$ref": f"#/components/messages/{event.__name__}"}},
        "bindings": {"kafka": {"topic": topic.name, "partitions": topic.partitions}},
    }


def _message(event: type[Any]) -> dict[str, Any]:
    text = {"type": "string"}
    headers = dict.fromkeys(("ce_specversion", "ce_id", "ce_type", "ce_source", "ce_time", "traceparent"), text)
    return {
        "name": event.TYPE,
        "summary": (event.__doc__ or "").strip().splitlines()[0],
        "headers": {"type": "object", "properties": headers},
        "payload": {"schemaFormat": "application/schema+json;version=draft-2020-12", "schema": _schema(event)},
    }


def main() -> None:
    """Write every document, and remove what is none any more."""
    FOLDER.mkdir(parents=True, exist_ok=True)
    current = documents()
    for stale in set(FOLDER.glob("*.json")) - {FOLDER / name for name in current}:
        stale.unlink()
    for name, document in current.items():
        (FOLDER / name).write_text(written(document), encoding="utf-8")
    sys.stdout.write(f"wrote {len(current)} documents\n")


if __name__ == "__main__":
    main()
