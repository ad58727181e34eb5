"""A Mastodon account at work, for the suite of all channels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from urllib.parse import parse_qs, urlsplit

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.mastodon.settings import MastodonSettings
from tests.contract.channels.specimen import NOW, Answers, Entry, Listing, Specimen, fixture


def settings_at(url: str) -> MastodonSettings:
    """Return settings for a server on loopback."""
    return MastodonSettings(server_url=url, interval_seconds=0.05)


def _delivery(name: str, **envelope: str) -> Delivery:
    return Delivery(account="fediverse-1", received_at=NOW, body=fixture(__file__, f"{name}.json"), envelope=envelope)


def _page(entries: Sequence[Entry], onward: str | None) -> tuple[dict[str, str], bytes]:
    told = [
        {
            "id": f"n-{e.number}",
            "type": "mention",
            "created_at": e.at.isoformat(),
            "account": {"id": "9001", "acct": "dario@elsewhere.test"},
            "status": {"id": f"id-{e.number}", "visibility": "public", "content": f"<p>{e.text}</p>"},
        }
        for e in entries
    ]
    address = "https://elsewhere.test/api/v1/notifications"
    earlier = f'<{address}?limit=40&max_id={onward}>; rel="next", ' if onward else ""
    return {"link": f'{earlier}<{address}?min_id=1>; rel="prev"'}, json.dumps(told).encode()


def _mark(path: str) -> str | None:
    return parse_qs(urlsplit(path).query).get("max_id", [None])[0]


specimen = Specimen(
    account=Account(
        account="fediverse-1",
        channel="mastodon",
        title="Acme",
        settings=MastodonSettings(server_url="https://social.acme.test"),
        secrets={"access_token": ("token-0001",)},
    ),
    encoding="json",
    valid=_delivery("mention"),
    text="Parcel never arrived and nobody answers",
    changes={"edited": _delivery("edited", kind="edit", first="0")},
    answers=Answers(
        by="http",
        settings=settings_at,
        taken=b'{"id": "115500000000000999", "visibility": "public"}',
        message_id="115500000000000999",
        path_ends="/api/v1/statuses",
    ),
    listing=Listing(settings=settings_at, page=_page, mark=_mark),
)
