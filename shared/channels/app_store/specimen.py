"""An app's reviews on the App Store at work, for the suite of all channels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.app_store.reviews import review_in
from shared.channels.app_store.settings import AppStoreSettings
from tests.contract.channels.specimen import NOW, Answers, Entry, Listing, Specimen, fixture

_ISSUER = "57246542-96fe-1a63-e053-0824d011072a"


@cache
def key_file() -> str:
    """Return a key as Apple gives it out, made for this run."""
    key = ec.generate_private_key(ec.SECP256R1())
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()


def settings_at(url: str) -> AppStoreSettings:
    """Return settings for a vendor on loopback."""
    return AppStoreSettings(
        app_id="682658836", key_id="2X9R4HXF34", issuer_id=_ISSUER, api_base_url=url, interval_seconds=0.05
    )


def _delivery(name: str, **envelope: str) -> Delivery:
    return Delivery(account="store-1", received_at=NOW, body=fixture(__file__, f"{name}.json"), envelope=envelope)


def _edited() -> Delivery:
    first = review_in(json.loads(fixture(__file__, "review.json")), received_at=NOW)
    return _delivery("edited", kind="edit", first=first.words if first else "")


def _page(entries: Sequence[Entry], onward: str | None) -> tuple[dict[str, str], bytes]:
    data = [
        {
            "type": "customerReviews",
            "id": f"id-{e.number}",
            "attributes": {"rating": 1, "title": None, "body": e.text, "createdDate": e.at.isoformat()},
        }
        for e in entries
    ]
    following = f"https://elsewhere.test/v1/apps/682658836/customerReviews?cursor={onward}&limit=200"
    links = {"self": "https://elsewhere.test/"} | ({"next": following} if onward else {})
    return {}, json.dumps({"data": data, "links": links}).encode()


def _mark(path: str) -> str | None:
    return parse_qs(urlsplit(path).query).get("cursor", [None])[0]


specimen = Specimen(
    account=Account(
        account="store-1",
        channel="app_store",
        title="Acme Shop",
        settings=settings_at("https://api.appstoreconnect.apple.com"),
        secrets={"private_key": (key_file(),)},
    ),
    encoding="json",
    valid=_delivery("review"),
    text="Parcel never arrived and nobody answers",
    changes={"edited": _edited()},
    answers=Answers(
        by="http",
        settings=settings_at,
        taken=b'{"data": {"type": "customerReviewResponses", "id": "response-1", "attributes": {}}}',
        message_id="response-1",
        path_ends="/v1/customerReviewResponses",
    ),
    listing=Listing(settings=settings_at, page=_page, mark=_mark),
)
