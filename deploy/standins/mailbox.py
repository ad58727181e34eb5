"""A mailbox that is read by IMAP, for the channel that polls one: mail sent to its address at the relay lies in it.

It speaks as much of RFC 3501 and RFC 2177 (IDLE) as a reader needs, takes any user and password, and forgets all when
it ends; then its UIDVALIDITY changes, as a rebuilt mailbox's does.
"""

from __future__ import annotations

import asyncio
import contextlib
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from shared.clock import Clock

ADDRESS = "mailbox@ascolto.example"
_SILENT = ("IDLE", "LOGIN", "UID", "NOOP", "CLOSE", "UNSELECT", "ID")
_FULL_BODY = re.compile(r"(?:BODY(?:\.PEEK)?\[\]|RFC822)(?![.\w])", re.IGNORECASE)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One mail in the mailbox."""

    uid: int
    at: datetime
    raw: bytes


@dataclass(slots=True)
class Mailbox:
    """The letters, and who waits for the next."""

    clock: Clock
    validity: int  # UIDVALIDITY: another one after each start
    letters: list[Letter] = field(default_factory=list)
    _arrived: asyncio.Event = field(default_factory=asyncio.Event)

    def put(self, raw: bytes) -> None:
        """Lay a mail into the mailbox and wake who waits."""
        self.letters.append(Letter(uid=len(self.letters) + 1, at=self.clock.now(), raw=raw))
        self._arrived.set()
        self._arrived = asyncio.Event()

    async def next_letter(self) -> None:
        """Return when another mail has come."""
        await self._arrived.wait()


async def serve(mailbox: Mailbox, *, host: str, port: int) -> asyncio.Server:
    """Serve the mailbox; close the server to end."""

    async def talk(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        with contextlib.suppress(ConnectionError, asyncio.IncompleteReadError):
            await _Talk(mailbox, reader, writer).to_its_end()
        writer.close()

    return await asyncio.start_server(talk, host, port)


class _Talk:
    """One connection."""

    def __init__(self, mailbox: Mailbox, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._mailbox, self._reader, self._writer = mailbox, reader, writer

    async def to_its_end(self) -> None:
        self._say("* OK Ascolto's stand-in for a mailbox")
        while command := await self._command():
            tag, name, rest = command
            if name == "LOGOUT":
                self._say("* BYE", f"{tag} OK")
                await self._writer.drain()
                return
            if name == "IDLE":
                await self._idle()
            else:
                self._answer(name, rest)
            known = name in self._answers or name in _SILENT
            self._say(f"{tag} OK done" if known else f"{tag} BAD not known here")
            await self._writer.drain()

    async def _command(self) -> tuple[str, str, str] | None:
        line = (await self._reader.readline()).decode(errors="replace").rstrip("\r\n")
        while literal := re.search(r"\{(\d+)(\+?)\}$", line):
            if not literal[2]:
                self._say("+ go on")
            said = (await self._reader.readexactly(int(literal[1]))).decode(errors="replace")
            more = (await self._reader.readline()).decode(errors="replace").rstrip("\r\n")
            line = f'{line[: literal.start()]}"{said}"{more}'
        tag, _, rest = line.partition(" ")
        name, _, rest = rest.partition(" ")
        return (tag, name.upper(), rest) if tag and name else None

    def _answer(self, name: str, rest: str) -> None:
        if name == "UID":
            name, _, rest = rest.partition(" ")
            name = f"UID {name.upper()}"
        answer = self._answers.get(name)
        if answer:
            answer(self, rest)

    def _capability(self, _rest: str) -> None:
        self._say("* CAPABILITY IMAP4rev1 IDLE")

    def _select(self, _rest: str) -> None:
        self._say(
            "* FLAGS (\\Seen \\Deleted)",
            f"* {len(self._mailbox.letters)} EXISTS",
            "* 0 RECENT",
            f"* OK [UIDVALIDITY {self._mailbox.validity}] as long as this stand-in lives",
            f"* OK [UIDNEXT {len(self._mailbox.letters) + 1}] next",
        )

    def _status(self, rest: str) -> None:
        count = len(self._mailbox.letters)
        said = f"MESSAGES {count} UIDNEXT {count + 1} UIDVALIDITY {self._mailbox.validity}"
        self._say(f"* STATUS {rest.partition(' ')[0]} ({said})")

    def _list(self, _rest: str) -> None:
        self._say('* LIST () "/" INBOX')

    def _search(self, rest: str) -> None:
        asked = re.search(r"\bUID\s+([\d:,*]+)", rest, re.IGNORECASE)
        self._say(" ".join(["* SEARCH", *(str(x.uid) for x in self._within(asked[1] if asked else "1:*"))]))

    def _fetch(self, rest: str) -> None:
        span, _, items = rest.partition(" ")
        for letter in self._within(span):
            said = f'UID {letter.uid} RFC822.SIZE {len(letter.raw)} FLAGS () INTERNALDATE "{_date(letter.at)}"'
            head = f"* {letter.uid} FETCH ({said}"
            if _FULL_BODY.search(items):
                self._writer.write(f"{head} BODY[] {{{len(letter.raw)}}}\r\n".encode() + letter.raw + b")\r\n")
            else:
                self._say(f"{head})")

    def _within(self, span: str) -> list[Letter]:
        last = len(self._mailbox.letters)
        wanted: set[int] = set()
        for part in span.split(","):
            low, _, high = part.partition(":")
            ends = sorted(last if end == "*" else int(end) for end in (low, high or low))
            wanted.update(range(ends[0], min(ends[1], last) + 1))
        return [letter for letter in self._mailbox.letters if letter.uid in wanted]

    async def _idle(self) -> None:
        self._say("+ idling")
        done = asyncio.create_task(self._reader.readline())
        while not done.done():
            news = asyncio.create_task(self._mailbox.next_letter())
            await asyncio.wait((done, news), return_when=asyncio.FIRST_COMPLETED)
            if news.done():
                self._say(f"* {len(self._mailbox.letters)} EXISTS")
            news.cancel()

    def _say(self, *lines: str) -> None:
        self._writer.write("".join(f"{line}\r\n" for line in lines).encode())

    _answers: Mapping[str, Callable[[_Talk, str], None]] = {
        "CAPABILITY": _capability,
        "SELECT": _select,
        "EXAMINE": _select,
        "STATUS": _status,
        "LIST": _list,
        "UID SEARCH": _search,
        "UID FETCH": _fetch,
    }


def _date(at: datetime) -> str:
    months = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")  # never the locale's
    return f"{at.day:2}-{months[at.month - 1]}-{at:%Y %H:%M:%S} +0000"
