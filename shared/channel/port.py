"""The port itself: a channel is a record of the halves that it has."""

from __future__ import annotations

from collections.abc import AsyncGenerator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Literal, Protocol

import msgspec

from shared.channel.account import Account, NoSecrets, NoSettings
from shared.channel.delivery import Answer, Delivery
from shared.channel.inbound import Parsed
from shared.channel.outbound import Means, Outgoing, Sent, Verdict
from shared.clock import Clock


class Receives(Protocol):
    """The way in. Every method is pure: bytes in, values or a `DeliveryError` out."""

    access: Literal["signed", "api_key", "public"]
    """What proves a delivery: its signature (`authenticate`), an API key with `complaints:write`, or nothing."""

    body_limit: int
    """The largest body taken, in bytes; a larger one is answered 413 before it is read to its end."""

    heavy: bool
    """True where parsing may take more than a few milliseconds: it then runs in a worker that can be killed."""

    def handshake(self, delivery: Delivery, account: Account) -> Answer:
        """Answer the vendor's GET on the delivery address; `DeliveryForged` when its token is not ours."""
        ...

    def authenticate(self, delivery: Delivery, account: Account) -> None:
        """Return only for a delivery that the vendor sent, now; `DeliveryForged` otherwise, also without a secret."""
        ...

    def parse(self, delivery: Delivery, account: Account) -> Parsed:
        """Read every item; `DeliveryMalformed`, `DeliveryIgnored` or `DeliveryInvalid` speak for the whole delivery."""
        ...


class Sends(Protocol):
    """The way out."""

    public: bool
    """True where everybody can read an answer: it then carries no personal data."""

    max_length: int | None
    """The longest text that the vendor takes, in characters."""

    async def send(self, outgoing: Outgoing, account: Account, means: Means) -> Sent:
        """Hand one message to the vendor; `SendingFailed` if it never will be taken, `TryLater` if it may be."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Polled:
    """Deliveries fetched in one go and the cursor that stands behind them: both are committed together."""

    deliveries: Sequence[Delivery]
    cursor: Mapping[str, Any]


class Polls(Protocol):
    """The way in for vendors that do not call us."""

    def watch(
        self, account: Account, *, cursor: Mapping[str, Any] | None, clock: Clock, means: Means
    ) -> AsyncGenerator[Polled, None]:
        """Yield what is new since `cursor`, then wait for more, for ever.

        The caller commits each batch with its cursor before it asks for the next: only then may anything be marked as
        seen at the vendor. `TryLater` when the vendor is out of reach, `DeliveryError` when somebody must act.
        """
        ...


class Checks(Protocol):
    """One call to the vendor that says whether the connection works."""

    async def check(self, account: Account, means: Means) -> Verdict:
        """Say in words what works and what is missing; never raises for a refusal."""
        ...


class FetchesMedia(Protocol):
    """For vendors that send the name of a file instead of the file."""

    async def fetch(self, media: str, account: Account, means: Means, *, limit: int) -> bytes:
        """Return the bytes, at most `limit`; `SendingFailed` when they are gone, `TryLater` when they may come."""
        ...


class Asks(Protocol):
    """For vendors whose deliveries are proven, or complete, only once somebody was asked."""

    async def witness(self, delivery: Delivery, account: Account, means: Means) -> Mapping[str, str]:
        """Return what `authenticate` needs beside the delivery (a certificate, say); it joins its `envelope` there.

        Anybody may cause this call: look at whom the delivery names before you ask. `DeliveryForged` where that is
        nobody to be asked, `TryLater` when there is no answer.
        """
        ...

    async def complete(self, delivery: Delivery, account: Account, means: Means) -> Delivery:
        """Return a proven delivery with what it only names, having confirmed what the vendor wants confirmed.

        Asked again with its own answer it changes nothing. `TryLater` when there is no answer, `DeliveryMalformed` when
        there is none to be had: it is then kept as it came, and asked for again when a person replays it.
        """
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Channel:
    """A kind of way in and out. `shared/channels/<name>/__init__.py` exports one as `channel`."""

    name: str
    title: str
    receives: Receives | None = None
    sends: Sends | None = None
    polls: Polls | None = None
    checks: Checks | None = None
    media: FetchesMedia | None = None
    asks: Asks | None = None
    edits: bool = False
    settings: type[msgspec.Struct] = NoSettings
    secrets: type[msgspec.Struct] = NoSecrets
    sent_to: Mapping[str, Sequence[str]] | None = None
    """For each secret that is sent to somebody the settings that say where; one that is not named only signs or proves.

    Who changes such a setting gives the secret again. None: every secret goes wherever a setting's address leads.
    """
