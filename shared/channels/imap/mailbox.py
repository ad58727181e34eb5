"""What is asked of a mailbox: where it stands, which mails are new, their bytes, and the mark that they were filed."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from shared.channel.errors import DeliveryError
from shared.channels.imap.connection import Connection, Line, Refused, mailbox_name
from shared.mail import limits

_UID = re.compile(rb"\bUID (\d+)", re.IGNORECASE)
_SIZE = re.compile(rb"\bRFC822\.SIZE (\d+)", re.IGNORECASE)
_QUOTED_BODY = re.compile(rb'\bBODY\[\](?:<\d+>)? "((?:[^"\\]|\\.)*)"', re.IGNORECASE)
_VALIDITY = re.compile(rb"\[UIDVALIDITY (\d+)\]", re.IGNORECASE)
_NEXT = re.compile(rb"\[UIDNEXT (\d+)\]", re.IGNORECASE)
_SURVEYED_AT_ONCE = 500


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a mailbox stands: uids mean something only under their `validity`; `next_uid` is 0 when not told."""

    validity: int
    next_uid: int


@dataclass(frozen=True, slots=True)
class Fetched:
    """A mail; `cut` when it was too large to fetch whole, `refused` when the server would not give it."""

    uid: int
    raw: bytes
    cut: bool = False
    refused: bool = False


class Mailbox:
    """One mailbox over one connection."""

    def __init__(self, connection: Connection, name: str) -> None:
        self._connection, self._name = connection, name

    async def stand(self) -> Standing:
        """Select the mailbox (anew) and return where it stands."""
        try:
            lines = await self._connection.command("SELECT", mailbox_name(self._name))
        except Refused as refused:
            raise DeliveryError("the mail server knows no such mailbox, or refuses it") from refused
        said = b"\n".join(line.text for line in lines)
        validity, following = _VALIDITY.search(said), _NEXT.search(said)
        return Standing(int(validity[1]) if validity else 0, int(following[1]) if following else 0)

    async def search(self, *criteria: str, after: int) -> list[int]:
        """Return the uids above `after` that match, ascending ("n:*" always matches the last mail, whatever n is)."""
        lines = await self._connection.command("UID SEARCH", *criteria)
        found = {
            int(word) for line in lines if line.text[:8].upper() == b"* SEARCH" for word in line.text[8:].split()
            if word.isdigit()
        }  # fmt: skip
        return sorted(uid for uid in found if uid > after)

    async def sizes(self, uids: Sequence[int]) -> dict[int, int]:
        """Return the size of each mail that is still there, in bytes."""
        sizes: dict[int, int] = {}
        for start in range(0, len(uids), _SURVEYED_AT_ONCE):
            some = _set(uids[start : start + _SURVEYED_AT_ONCE])
            for line in await self._connection.command("UID FETCH", some, "(UID RFC822.SIZE)"):
                uid, size = _UID.search(line.text), _SIZE.search(line.text)
                if uid and size:
                    sizes[int(uid[1])] = int(size[1])
        return sizes

    async def fetch(self, sizes: dict[int, int]) -> list[Fetched]:
        """Return the mails without marking them as seen; those gone in the meantime are left out."""
        whole = [uid for uid, size in sizes.items() if size <= limits.MAIL_BYTES]
        fetched = await self._fetch(whole, "BODY.PEEK[]") if whole else []
        for uid in sizes.keys() - set(whole):
            fetched += await self._fetch([uid], f"BODY.PEEK[]<0.{limits.MAIL_BYTES}>", cut=True)
        return sorted(fetched, key=lambda mail: mail.uid)

    async def mark_seen(self, uids: Sequence[int]) -> None:
        """Mark mails as seen where the mailbox allows it."""
        try:
            await self._connection.command("UID STORE", _set(uids), r"+FLAGS.SILENT (\Seen)")
        except Refused:
            return  # a mailbox that may only be read: the cursor alone says what was filed

    async def wait(self, *, within_s: float) -> bool:
        """Wait for a change by IDLE; False when the server cannot do that."""
        if not self._connection.can("IDLE"):
            return False
        try:
            await self._connection.idle(within_s=within_s)
        except Refused:
            return False
        return True

    async def _fetch(self, uids: Sequence[int], what: str, *, cut: bool = False) -> list[Fetched]:
        try:
            lines = await self._connection.command("UID FETCH", _set(uids), f"(UID {what})")
        except Refused:
            if len(uids) == 1:
                return [Fetched(uids[0], b"", refused=True)]
            one_by_one = [await self._fetch([uid], what, cut=cut) for uid in uids]
            return [mail for mails in one_by_one for mail in mails]
        return list(_mails(lines, wanted=set(uids), cut=cut))


def _mails(lines: Sequence[Line], *, wanted: set[int], cut: bool) -> Iterator[Fetched]:
    for line in lines:
        uid = _UID.search(line.text)
        raw = line.literals[0] if line.literals else _quoted(line.text)
        if uid and raw is not None and int(uid[1]) in wanted:
            wanted.discard(int(uid[1]))
            yield Fetched(int(uid[1]), raw, cut=cut or line.cut)


def _quoted(text: bytes) -> bytes | None:
    found = _QUOTED_BODY.search(text)
    return re.sub(rb"\\(.)", rb"\1", found[1]) if found else None


def _set(uids: Sequence[int]) -> str:
    """Write uids as IMAP does, runs as ranges: 500 of them would not fit into a command line."""
    ranges: list[list[int]] = []
    for uid in sorted(uids):
        if ranges and uid == ranges[-1][1] + 1:
            ranges[-1][1] = uid
        else:
            ranges.append([uid, uid])
    return ",".join(str(first) if first == last else f"{first}:{last}" for first, last in ranges)
