"""An app's reviews on Google Play at work, for the suite of all channels."""

from __future__ import annotations

import json
from collections.abc import Sequence
from functools import cache
from urllib.parse import parse_qs, urlsplit

from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.google_play.reviews import review_in
from shared.channels.google_play.settings import GooglePlaySettings
from tests.contract.channels.specimen import NOW, Answers, Entry, Listing, Specimen, fixture

TOKENS_AT = "/token"


@cache
def key_file() -> str:
    """Return a service account's key, made for this run."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()).decode()
    whole = {"type": "service_account", "client_email": "care@acme.iam.test", "private_key": pem, "private_key_id": "1"}
    return json.dumps(whole)


def settings_at(url: str) -> GooglePlaySettings:
    """Return settings for a vendor on loopback."""
    return GooglePlaySettings(
        package_name="com.acme.shop", api_base_url=url, token_url=url + TOKENS_AT, interval_seconds=0.05
    )


def _delivery(name: str, **envelope: str) -> Delivery:
    return Delivery(account="play-1", received_at=NOW, body=fixture(__file__, f"{name}.json"), envelope=envelope)


def _edited() -> Delivery:
    first = review_in(json.loads(fixture(__file__, "review.json")), received_at=NOW)
    return _delivery("edited", kind="edit", first=first.words if first else "")


def _page(entries: Sequence[Entry], onward: str | None) -> tuple[dict[str, str], bytes]:
    reviews = [
        {
            "reviewId": f"id-{e.number}",
            "authorName": "Dario",
            "comments": [
                {
                    "userComment": {
                        "text": e.text,
                        "lastModified": {"seconds": str(int(e.at.timestamp())), "nanos": 0},
                        "starRating": 1,
                    }
                }
            ],
        }
        for e in entries
    ]
    paging = {"tokenPagination": {"nextPageToken": onward}} if onward else {}
    return {}, json.dumps(({"reviews": reviews} if reviews else {}) | paging).encode()


def _mark(path: str) -> str | None:
    return parse_qs(urlsplit(path).query).get("token", [None])[0]


specimen = Specimen(
    account=Account(
        account="play-1",
        channel="google_play",
        title="Acme Shop",
        settings=GooglePlaySettings(package_name="com.acme.shop"),
        secrets={"service_account_key": (key_file(),)},
    ),
    encoding="json",
    valid=_delivery("review"),
    text="Parcel never arrived and nobody answers",
    changes={"edited": _edited()},
    answers=Answers(
        by="http",
        settings=settings_at,
        taken=b'{"result": {"replyText": "x", "lastEdited": {"seconds": "1795339800"}}}',
        path_ends="/com.acme.shop/reviews/gp:AOqpTOE0:reply",
        tokens_at=TOKENS_AT,
    ),
    listing=Listing(settings=settings_at, page=_page, mark=_mark, tokens_at=TOKENS_AT),
)
