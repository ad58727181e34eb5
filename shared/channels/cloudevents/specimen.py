"""A source of CloudEvents at work, for the suite of all channels."""

from __future__ import annotations

from dataclasses import replace

from shared.channel.account import Account
from shared.channel.delivery import Delivery
from shared.channels.cloudevents.events import BATCH, STRUCTURED
from shared.channels.cloudevents.settings import CloudEventsSettings
from tests.contract.channels.specimen import NOW, Answers, Signing, Specimen, fixture

_TOKEN = "token-of-chance-0001"  # noqa: S105
_TYPES = ("com.acme.complaint",)


def _sign(delivery: Delivery, secret: str) -> Delivery:
    return replace(
        delivery, headers={"content-type": STRUCTURED, **delivery.headers, "authorization": f"Bearer {secret}"}
    )


def _delivery(name: str, content_type: str = STRUCTURED) -> Delivery:
    body, headers = fixture(__file__, f"{name}.json"), {"content-type": content_type}
    return _sign(Delivery(account="events-1", received_at=NOW, body=body, headers=headers), _TOKEN)


specimen = Specimen(
    account=Account(
        account="events-1",
        channel="cloudevents",
        title="Shop",
        settings=CloudEventsSettings(types=_TYPES, allowed_origins=("events.acme.test",)),
        secrets={"token": (_TOKEN,), "reply_token": ("reply-token-of-chance-0001",)},
    ),
    encoding="json",
    valid=_delivery("structured"),
    text="Parcel never arrived and nobody answers",
    signing=Signing(sign=_sign, secret=_TOKEN, header="authorization", covers="nothing"),
    batch=_delivery("batch", BATCH),
    batch_ids=frozenset({"/shop/it e-11", "/shop/it e-12", "/shop/de e-12"}),
    batch_names={"/shop/de e-12": "/shop/de"},
    ignored={"another type": _delivery("other")},
    answers=Answers(
        by="http",
        settings=lambda url: CloudEventsSettings(types=_TYPES, reply_url=f"{url}/answers"),
        message_id="6f1d1e9c-4a3b-5c2d-8e7f-0123456789ab",
        path_ends="/answers",
    ),
)
