"""Events out of a request: in its headers, in its body, or several in its body.

Source: cloudevents.io, "HTTP Protocol Binding" and "JSON Event Format", version 1.0.2.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

import msgspec

from shared.channel.delivery import Delivery
from shared.channel.errors import DeliveryMalformed
from shared.vendor.payloads import read_list, read_object

STRUCTURED, BATCH = "application/cloudevents+json", "application/cloudevents-batch+json"
_ANY = "application/cloudevents"
_ATTRIBUTES = ("specversion", "id", "source", "type", "time", "datacontenttype")


class NoEvent(Exception):
    """An event that is not of its form; the words quote nothing of it."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """What of an event counts here; `name` is its name for ever: ids are given within a source."""

    source: str
    id: str
    type: str
    time: str | None
    data: bytes

    @property
    def name(self) -> str:
        """The source and the id; a blank parts them, which no source has."""
        return f"{self.source} {self.id}"


def found_in(delivery: Delivery) -> tuple[Mapping[str, Any], ...] | list[Any]:
    """Return the events as they stand in the request, `DeliveryMalformed` where there is no request of events."""
    kind = delivery.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind == BATCH:
        return read_list(delivery.body)
    if kind == STRUCTURED:
        return (read_object(delivery.body),)
    if kind.startswith(_ANY):
        raise DeliveryMalformed("of the formats of CloudEvents only JSON is read", cause="unknown_format")
    attributes: dict[str, Any] = {name: _header(delivery, name) for name in _ATTRIBUTES}
    if attributes["specversion"] is None:
        raise DeliveryMalformed("there is neither a CloudEvents content type nor ce-specversion", cause="no_event")
    return (attributes | {"datacontenttype": kind or None, "_data": delivery.body},)


def _header(delivery: Delivery, name: str) -> str | None:
    """Characters beyond ASCII are percent-encoded; whoever sends them raw is read as well."""
    value = delivery.headers.get(f"ce-{name}")
    return None if value is None else unquote(value.encode("latin-1", "replace").decode("utf-8", "replace")).strip('"')


def event_of(found: object) -> Event:
    """Return the event; `NoEvent` for one that lacks what every event has."""
    if not isinstance(found, dict):
        raise NoEvent("an event is not an object")
    if not str(found.get("specversion")).startswith("1."):
        raise NoEvent("specversion is not 1.0")
    source, event_id, kind = (_required(found, name) for name in ("source", "id", "type"))
    if any(letter.isspace() for letter in source):
        raise NoEvent("source is not a URI")
    time = found.get("time")
    return Event(source=source, id=event_id, type=kind, time=time if isinstance(time, str) else None, data=_data(found))


def _required(found: Mapping[str, Any], name: str) -> str:
    value = found.get(name)
    if not isinstance(value, str) or not value:
        raise NoEvent(f"{name} is missing or no text")
    return value


def _data(found: Mapping[str, Any]) -> bytes:
    if "_data" in found:
        return bytes(found["_data"])
    encoded = found.get("data_base64")
    if encoded is None:
        return msgspec.json.encode(found.get("data"))
    try:
        return base64.b64decode(encoded if isinstance(encoded, str) else "", validate=True)
    except (binascii.Error, ValueError):
        raise NoEvent("data_base64 is not base64") from None
