"""What a channel brings to the suite that all pass: `shared/channels/<name>/specimen.py` exports `specimen`."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Literal

from shared.channel.account import Account
from shared.channel.delivery import Delivery

NOW = datetime(2026, 11, 22, 9, 30, tzinfo=UTC)
"""When the deliveries of all specimens come in."""

Sign = Callable[[Delivery, str], Delivery]
"""Put the vendor's signature on a delivery, made with this secret."""


@dataclass(frozen=True, kw_only=True)
class Signing:
    """How the vendor signs.

    `covers` is "meaning" where the signature is over the fields as decoded (two spellings of one field then carry the
    same signature), "nothing" where the vendor only repeats a word that we gave it, else "bytes". `stale_after` is how
    old a delivery may be, None where the vendor signs no time. `claim` spoils the signature where it stands in no
    header: it is given a value to put in its place, None to take it away. `other` is a second secret where one cannot
    be made up. `inside` is True where the signature stands in the body and goes wrong with it. A secret that no
    account has names the vendor's own key; `witness` is then what `asks` finds.
    """

    sign: Sign
    secret: str
    header: str = ""
    claimed: str = ""
    claim: Callable[[Delivery, str | None], Delivery] | None = None
    other: str | None = None
    inside: bool = False
    witness: Mapping[str, str] = field(default_factory=dict)
    covers: Literal["bytes", "meaning", "nothing"] = "bytes"
    stale_after: timedelta | None = None

    def spoilt(self, delivery: Delivery, value: str | None) -> Delivery:
        """Return the delivery with another signature, or without one."""
        if self.claim is not None:
            return self.claim(delivery, value)
        others = {k: v for k, v in delivery.headers.items() if k != self.header}
        return replace(delivery, headers=others if value is None else {**others, self.header: value})

    def another(self, ending: str) -> str:
        """Return a secret that the account does not know."""
        return self.other or self.secret[: -len(ending)] + ending


@dataclass(frozen=True, kw_only=True)
class Answers:
    """How the vendor takes a message: what it answers, and where the text and the address are to be found.

    `by` is "mail" where answers leave through the house's relay. `settings` gives the account's settings when the
    vendor's API stands at a test address. `message_id` is what the vendor called the message in `taken`. `in_address`
    names the secrets that the vendor takes nowhere but in the address. `tokens_at` is the end of the path where the
    vendor gives out access tokens, where a message takes one that has to be asked for.
    """

    by: Literal["http", "mail"]
    settings: Callable[[str], object] | None = None
    taken: bytes = b"{}"
    message_id: str | None = None
    path_ends: str = ""
    in_address: frozenset[str] = frozenset()
    tokens_at: str = ""


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Something in a vendor's list: `number` names it, `text` is what an edit changes."""

    number: int
    at: datetime
    text: str


@dataclass(frozen=True, kw_only=True)
class Listing:
    """A vendor's list that is polled, newest first, as a test can serve it page by page.

    `settings` gives the account's settings for a test address, looking every few milliseconds. `page` writes a page of
    entries that goes on at a mark, and its headers; `mark` reads from a request where it wants to go on. `edits` says
    whether what an author changes can be seen, `tokens_at` as in `Answers`.
    """

    settings: Callable[[str], object]
    page: Callable[[Sequence[Entry], str | None], tuple[dict[str, str], bytes]]
    mark: Callable[[str], str | None]
    edits: bool = True
    tokens_at: str = ""


@dataclass(frozen=True, kw_only=True)
class Specimen:
    """A channel at work: an account, deliveries as the vendor sends them, and what they are to become.

    `valid` holds exactly one message that says `text`. `batch` holds several, `batch_ids` their provider ids,
    `batch_names` how the vendor writes those that are put together here.
    `ignored` are known events that are no complaint, `changes` edits and removals of `valid`'s message, `receipts`
    fates of ours. `encoding` says how the body is written, which decides how it is damaged. `listing` is the list of a
    vendor that is polled.
    """

    account: Account
    encoding: Literal["json", "form", "other"]
    valid: Delivery
    text: str
    signing: Signing | None = None
    batch: Delivery | None = None
    batch_ids: frozenset[str] = frozenset()
    batch_names: Mapping[str, str] = field(default_factory=dict)
    ignored: Mapping[str, Delivery] = field(default_factory=dict)
    changes: Mapping[str, Delivery] = field(default_factory=dict)
    receipts: Mapping[str, Delivery] = field(default_factory=dict)
    answers: Answers | None = None
    listing: Listing | None = None

    def signed(self, delivery: Delivery, *, secret: str | None = None) -> Delivery:
        """Return the delivery as the vendor would send it."""
        return self.signing.sign(delivery, secret or self.signing.secret) if self.signing else delivery

    def with_body(self, body: bytes) -> Delivery:
        """Return the valid delivery with another body, properly signed."""
        return self.signed(replace(self.valid, body=body))


def fixture(module: str, name: str) -> bytes:
    """Return a file of the `fixtures` folder beside a specimen: `fixture(__file__, "message.json")`."""
    return (Path(module).parent / "fixtures" / name).read_bytes()
