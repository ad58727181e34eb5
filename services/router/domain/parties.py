"""Who writes: contact points made comparable, and the party that each sender is."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from hashlib import blake2b
from uuid import UUID

from shared.contracts.parts import Sender


@dataclass(frozen=True, slots=True, kw_only=True)
class ContactPoint:
    """One way to name somebody. Two spellings of it are one point; a handle counts within its account alone.

    `contact_point_id` is the same for everybody who claims this point.
    """

    contact_point_id: UUID
    kind: str
    value: str
    scope: str = ""
    verified: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Party:
    """Whoever writes by the first of these points; the others are what the party says of itself.

    `point_ids` are the points' ids, to be compared with those of a complaint.
    """

    party_id: UUID
    name: str | None
    internal: bool
    contact_points: tuple[ContactPoint, ...]
    point_ids: frozenset[UUID]


def party_of(sender: Sender, *, account: str, conversation: str) -> Party:
    """Return the party of a sender; one who gives no name at all is known by the conversation alone."""
    points = tuple(_points(sender, account)) or (_point("conversation", conversation, sender, account),)
    # What the channel vouches for names the party before what anybody may claim in a form.
    first = next((p for p in points if p.verified), points[0])
    return Party(
        party_id=_id_of("party", first.contact_point_id.hex),
        name=sender.name,
        internal=sender.internal,
        contact_points=points,
        point_ids=_ids_of(points),
    )


def merged(known: Party, again: Party) -> Party:
    """Return a party with all that it said of itself in two messages."""
    points = sorted((*known.contact_points, *again.contact_points), key=lambda p: p.verified)
    best = {p.contact_point_id: p for p in points}
    return replace(known, name=known.name or again.name, contact_points=tuple(best.values()), point_ids=frozenset(best))


def reply_point(*, account: str, to: str) -> UUID:
    """Name an address that answers go to, to be kept among a complaint's participants."""
    return _id_of("reply", account, to.strip().casefold())


def _points(sender: Sender, account: str) -> Iterator[ContactPoint]:
    if sender.customer_id:
        yield _point("customer_id", sender.customer_id.strip(), sender)
    if sender.email:
        yield _point("email", sender.email.strip().casefold(), sender)
    if sender.phone and (digits := "".join(filter(str.isdigit, sender.phone)).removeprefix("00")):
        yield _point("phone", digits, sender)
    if sender.handle:
        yield _point("handle", sender.handle.strip().casefold(), sender, account)


def _point(kind: str, value: str, sender: Sender, scope: str = "") -> ContactPoint:
    return ContactPoint(
        contact_point_id=_id_of(kind, scope, value), kind=kind, value=value, scope=scope,
        verified=kind in sender.verified,
    )  # fmt: skip


def _ids_of(points: Iterable[ContactPoint]) -> frozenset[UUID]:
    return frozenset([point.contact_point_id for point in points])


def _id_of(*parts: str) -> UUID:
    # Not uuid5: this is made several times for every message, and takes a third of its time.
    return UUID(bytes=blake2b("\x00".join(parts).encode(), digest_size=16, person=b"ascolto-router").digest())
