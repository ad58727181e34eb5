"""Follows samples from the door to their acknowledgement, asking what anybody may ask the responder."""

from __future__ import annotations

import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any

import httpx

from deploy.local.doors import Doors, send
from deploy.local.samples import Sample, of_new_people

_OVER = ("sent", "delivered", "failed", "withheld")


@dataclass(slots=True)
class Followed:
    """One sample on its way: the complaint as the responder shows it, once it is there."""

    sample: Sample
    reference: str | None = None
    complaint: dict[str, Any] = field(default_factory=dict)

    @property
    def is_over(self) -> bool:
        """Whether the acknowledgement was sent, or will not be."""
        return bool(self.complaint) and self.complaint["acknowledgement"]["state"] in _OVER


def send_and_follow(samples: Sequence[Sample], doors: Doors, *, within_s: float = 30.0) -> list[Followed]:
    """Send all samples and return each with what became of it within the time."""
    with (
        httpx.Client(base_url=doors.ingest_url, timeout=20, trust_env=False) as ingest,
        httpx.Client(base_url=doors.responder_url, headers=doors.key, timeout=20, trust_env=False) as responder,
    ):
        known = set(_references(doors, responder))
        followed = [Followed(sample, send(sample, doors, ingest)) for sample in of_new_people(samples)]
        deadline = time.monotonic() + within_s
        while not all(f.is_over for f in followed) and time.monotonic() < deadline:
            _look(followed, known, doors, responder)
            time.sleep(0.1)
    return followed


def _look(followed: Sequence[Followed], known: set[str], doors: Doors, responder: httpx.Client) -> None:
    if any(f.reference is None for f in followed):
        for reference in set(_references(doors, responder)) - known - {f.reference for f in followed}:
            _recognise(reference, followed, responder)
    for one in followed:
        if one.reference and not one.is_over:
            one.complaint = _complaint(one.reference, responder) or one.complaint


def _recognise(reference: str, followed: Sequence[Followed], responder: httpx.Client) -> None:
    """A webhook's answer tells no reference, so a new complaint is known by its words."""
    complaint = _complaint(reference, responder) or {}
    texts = [" ".join(str(m.get("text", "")).split()) for m in complaint.get("messages", [])]
    for one in followed:
        if one.reference is None and any(" ".join(one.sample.text.split())[:60] in text for text in texts):
            one.reference, one.complaint = reference, complaint
            return


def _references(doors: Doors, responder: httpx.Client) -> list[str]:
    found = []
    for account in doors.accounts.names.values():
        page = responder.get("/v1/complaints", params={"account": account, "limit": 500})
        page.raise_for_status()
        found += [str(item["reference"]) for item in page.json()["items"]]
    return found


def _complaint(reference: str, responder: httpx.Client) -> dict[str, Any] | None:
    answer = responder.get(f"/v1/complaints/{reference}")
    found: dict[str, Any] | None = answer.json() if answer.status_code == 200 else None
    return found
