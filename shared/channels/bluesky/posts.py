"""A post as Bluesky tells it. Source: the lexicons app.bsky.notification.listNotifications and app.bsky.feed.post."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from shared.vendor.payloads import text_of

REASONS = ("mention", "reply", "quote")
_SHOWN = {
    "app.bsky.embed.images": "[picture]",
    "app.bsky.embed.video": "[video]",
    "app.bsky.embed.gallery": "[pictures]",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Reference:
    """A post of which one version is meant."""

    uri: str
    cid: str


def part(value: Mapping[str, Any], *names: str) -> Mapping[str, Any]:
    """Return an object within objects, empty where it is none."""
    for name in names:
        inner = value.get(name)
        value = inner if isinstance(inner, dict) else {}
    return value


def reference(value: Mapping[str, Any]) -> Reference | None:
    """Return the post that an object names."""
    uri, cid = text_of(value.get("uri")), text_of(value.get("cid"))
    return Reference(uri=uri, cid=cid) if uri and cid else None


def words_of(record: Mapping[str, Any]) -> str:
    """Return what a post says: its text, the links that it shows cut short, what stands beside it in brackets."""
    text, embed = text_of(record.get("text")) or "", part(record, "embed")
    media = part(embed, "media") or embed
    shown = _SHOWN.get(str(media.get("$type")))
    links = [
        link for link in (*_links(record), text_of(part(media, "external").get("uri"))) if link and link not in text
    ]
    said = [text, *([shown] if shown else []), *(f"[link] {link}" for link in dict.fromkeys(links))]
    return "\n".join(filter(None, said)) or "[a post without words]"


def _links(record: Mapping[str, Any]) -> Iterator[str]:
    facets = record.get("facets")
    for facet in facets if isinstance(facets, list) else []:
        features = facet.get("features") if isinstance(facet, dict) else None
        for feature in features if isinstance(features, list) else []:
            if isinstance(feature, dict) and (uri := text_of(feature.get("uri"))):
                yield uri
