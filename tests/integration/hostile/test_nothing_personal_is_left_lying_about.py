"""After complaints through every kind of door, a reply and failures: logs, metrics, topics and reasons name nobody."""

from __future__ import annotations

import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.integration.hostile import personal
from tests.integration.hostile.personal import Person
from tests.integration.hostile.places import places_of
from tests.integration.hostile.signed import WHSEC
from tests.support.house import House, running_house
from tests.support.outside import outside_world
from tests.support.stack import Stack
from tests.support.waiting import outside_loop, until

PAGE = Path(__file__).parents[3] / "docs" / "architecture" / "privacy.md"
PLACE = re.compile(r"^\| `(\w+\.\w+\.\w+)`", re.MULTILINE)
SERVICES = ("ingest", "router", "responder")


class Lived:
    """A house in which somebody has complained, and what must not be found in it."""

    def __init__(self, house: House, person: Person, tokens: dict[str, str]) -> None:
        self.house, self.person, self.tokens = house, person, tokens

    def assert_clean(self, where: str, text: str, *, but: tuple[str, ...] = ()) -> None:
        """Assert that no mark and no secret stands in the text."""
        marks = self.person.marks(but=but) | self.tokens
        assert {what for what, mark in marks.items() if mark in text} == set(), where


@pytest.fixture(scope="module")
def lived(stack: Stack) -> Iterator[Lived]:
    """The house after it all."""
    with outside_world() as outside:
        extra = {"ASCOLTO_MAIL_RELAY_URL": outside.relay_url, "ASCOLTO_MAIL_FROM": "care@acme.test"}
        extra |= {"ASCOLTO_LOG_LEVEL": "DEBUG"}
        with running_house(stack, extra=extra) as house, house.client("ingest") as ingest:
            person = Person()
            answer = everything(house, ingest, person, outside.relay_url)
            tokens = {"API key": house.api_key.split("_", 2)[2], "status token": answer["status_token"]}
            tokens |= {"signing secret": WHSEC, "house key": (house.folder / "house.key").read_text().strip()}
            yield Lived(house, person, tokens)


def everything(house: House, ingest: httpx.Client, person: Person, relay_url: str) -> dict[str, str]:
    """Complain, be answered, fail, and ask after it."""
    mailbox = {"addresses": ["care@acme.test"], "from": "care@acme.test", "relay_url": relay_url}
    connect(ingest, "form", "web_form", {"title": "Acme", "languages": ["en"], "allowed_origins": []}, {})
    connect(ingest, "mailbox", "email", mailbox, {})
    connect(ingest, "hook", "webhook", {}, {"signing_secret": WHSEC})
    bad = {"channel": "webhook", "title": person.name, "settings": {}, "secrets": {"wrong": person.secret}}
    ingest.put("/v1/accounts/bad", json=bad)
    ingest.get("/v1/accounts", headers={"Authorization": f"Bearer ascolto_000000000000_{person.secret}"})
    answer = personal.by_rest(person, ingest)
    personal.by_form(person, ingest)
    personal.by_webhook(person, ingest, "hook")
    personal.by_mail(person, house)
    outside_loop(personal.poison(person, house))
    reference = answer["reference"]
    ingest.get(f"/v1/complaints/{reference}", headers={"Status-Token": answer["status_token"]})
    ingest.get(f"/v1/complaints/{reference}", headers={"Status-Token": person.secret})
    with house.client("responder") as responder, house.client("router") as router:
        until("four at their desks", lambda: len(responder.get("/v1/complaints").json()["items"]) >= 4, within_s=60)
        router.get("/v1/complaints", params={"q": person.text, "queue": person.name})
        responder.post(f"/v1/complaints/{reference}/replies", json={"text": person.reply})
        responder.post(f"/v1/complaints/{reference}/replies", json={"text": person.reply, "wrong": person.name})
        until("sent", lambda: "reply_sent" in responder.get(f"/v1/complaints/{reference}/timeline").text, within_s=40)
        until("dead", lambda: router.get("/v1/dead-letters").json()["items"], within_s=40)
        until("dead", lambda: responder.get("/v1/dead-letters").json()["items"], within_s=40)
    return answer


def _list(house: House, **asked: str) -> list[dict[str, Any]]:
    with house.client("router") as router:
        items: list[dict[str, Any]] = router.get("/v1/complaints", params=asked).json()["items"]
        return items


def connect(ingest: httpx.Client, name: str, channel: str, settings: object, keys: object) -> None:
    body = {"channel": channel, "title": "Acme", "settings": settings, "secrets": keys}
    assert ingest.put(f"/v1/accounts/{name}", json=body).status_code == 201


@pytest.mark.parametrize("service", SERVICES)
def test_no_log_names_anybody(service: str, lived: Lived) -> None:
    log = lived.house.log(service)
    assert len(log) > 200
    lived.assert_clean(f"log of {service}", log)


@pytest.mark.parametrize("service", SERVICES)
def test_no_metric_names_anybody(service: str, lived: Lived) -> None:
    with lived.house.client(service) as client:
        lived.assert_clean(f"metrics of {service}", client.get("/metrics").text)


@pytest.mark.parametrize("topic", ["complaints.routed.v1", "complaints.progress.v1"])
def test_only_the_first_topic_carries_what_was_said(topic: str, lived: Lived) -> None:
    # The one record of the test's own making that stands in `routed` is its poison.
    found = [b for b in outside_loop(personal.bodies(lived.house, topic)) if b"poison" not in b]
    assert len(found) >= 4
    address = ("email", "phone", "handle") if "routed" in topic else ()
    for body in found:
        lived.assert_clean(topic, body.decode(), but=address)


def test_the_first_topic_shows_that_the_marks_would_be_found(lived: Lived) -> None:
    said = b"".join(outside_loop(personal.bodies(lived.house, "complaints.received.v1"))).decode()
    found = {what for what, mark in lived.person.marks(but=("content", "reply", "secret")).items() if mark in said}
    assert found == set(lived.person.marks(but=("content", "reply", "secret")))


def test_no_reason_quotes_anybody(lived: Lived) -> None:
    for service, path in (
        ("ingest", "/v1/deliveries"), ("router", "/v1/dead-letters"), ("responder", "/v1/dead-letters"),
    ):  # fmt: skip
        with lived.house.client(service) as client:
            listed = client.get(path)
            assert listed.json()["items"], path
            lived.assert_clean(path, listed.text)


def test_secrets_never_come_out(lived: Lived) -> None:
    assert secrets.compare_digest(lived.tokens["signing secret"], WHSEC)
    with lived.house.client("ingest") as client:
        lived.assert_clean("accounts", client.get("/v1/accounts").text)
        lived.assert_clean("keys", client.get("/v1/keys").text)


def test_it_stands_where_the_page_says_and_nowhere_else(lived: Lived) -> None:
    until("searchable", lambda: len(_list(lived.house, q="parcel")) >= 4, within_s=40)
    marks = {name: word.lstrip("+") for name, word in lived.person.marks().items()} | lived.tokens
    found = outside_loop(places_of(marks, database_url=lived.house.database_url))
    message, beside = _documented()
    for name, places in found.items():
        known = message if name in lived.person.numbers() else message | beside
        assert places <= known, name
    assert "router.messages.content" in found["card"]
    assert "router.message_words.words" in found["text"]
    assert set().union(*(found[name] for name in ("secret", *lived.tokens))) == set()


def _documented() -> tuple[set[str], set[str]]:
    """Return the places that the page lists as the message itself, and those beside it."""
    message, _, beside = PAGE.read_text(encoding="utf-8").partition("## Beside it")
    return set(PLACE.findall(message)), set(PLACE.findall(beside))


def test_no_view_but_the_message_shows_what_is_private(lived: Lived) -> None:
    until("searchable", lambda: len(_list(lived.house, q="parcel")) >= 4, within_s=40)
    private = lived.person.numbers()
    references = [one["reference"] for one in _list(lived.house)]
    views = [("router", path) for path in ("complaints", "incidents", "queues", "dead-letters")]
    views += [("responder", path) for path in ("complaints", "queue-health", "dead-letters")]
    views += [("responder", f"complaints/{reference}/timeline") for reference in references]
    for service, path in views:
        with lived.house.client(service) as client:
            answer = client.get(f"/v1/{path}")
        assert answer.status_code == 200, path
        assert {name for name, value in private.items() if value in answer.text} == set(), path
    for reference in references:
        with lived.house.client("router") as client:
            shown = client.get(f"/v1/complaints/{reference}").json()
        assert private["card"] in str(shown.pop("messages"))
        assert {name for name, value in private.items() if value in str(shown)} == set()
        assert {"iban", "card", "tax_code", "phone"} <= {one["kind"] for one in shown["entities"] if one["masked"]}


@pytest.mark.parametrize("name", ["iban", "card", "tax_code", "told_phone", "told_email"])
def test_no_search_finds_it(name: str, lived: Lived) -> None:
    until("searchable", lambda: len(_list(lived.house, q=lived.person.text)) >= 4, within_s=40)
    assert _list(lived.house, q=lived.person.numbers()[name]) == []
