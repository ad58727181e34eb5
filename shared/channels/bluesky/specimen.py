"""A Bluesky account at work, for the suite of all channels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.bluesky.api import TOKENS_AT
from shared.channels.bluesky.settings import BlueskySettings
from tests.contract.channels.specimen import NOW, Answers, Entry, Listing, Specimen, fixture


def settings_at(url: str) -> BlueskySettings:
    """Return settings for a server on loopback."""
    return BlueskySettings(handle="acme.test", server_url=url, interval_seconds=0.05)


def _delivery(name: str) -> Delivery:
    return Delivery(account="sky-1", received_at=NOW, body=fixture(__file__, f"{name}.json"))


def _page(entries: Sequence[Entry], onward: str | None) -> tuple[dict[str, str], bytes]:
    told = [
        {
            "uri": f"id-{e.number}",
            "cid": f"cid-{e.number}",
            "author": {"did": "did:plc:dario", "handle": "dario.test"},
            "reason": "mention",
            "record": {"text": e.text, "createdAt": e.at.isoformat()},
            "indexedAt": e.at.isoformat(),
        }
        for e in entries
    ]
    return {}, json.dumps({"notifications": told} | ({"cursor": onward} if onward else {})).encode()


def _mark(path: str) -> str | None:
    return parse_qs(urlsplit(path).query).get("cursor", [None])[0]


specimen = Specimen(
    account=Account(
        account="sky-1",
        channel="bluesky",
        title="Acme",
        settings=BlueskySettings(handle="acme.test"),
        secrets={"app_password": ("abcd-efgh-ijkl-0001",)},
    ),
    encoding="json",
    valid=_delivery("mention"),
    text="Parcel never arrived and nobody answers",
    ignored={name: _delivery(name) for name in ("like", "own")},
    answers=Answers(
        by="http",
        settings=settings_at,
        taken=b'{"uri": "at://did:plc:acme/app.bsky.feed.post/3ours", "cid": "bafyours"}',
        message_id="at://did:plc:acme/app.bsky.feed.post/3ours",
        path_ends="/xrpc/com.atproto.repo.createRecord",
        tokens_at=TOKENS_AT,
    ),
    listing=Listing(settings=settings_at, page=_page, mark=_mark, edits=False, tokens_at=TOKENS_AT),
)
