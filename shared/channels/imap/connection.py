"""An IMAP4rev1 conversation (RFC 3501, 2177), as far as a mailbox has to be followed.

Written for this purpose because the libraries at hand parse recursively (600 small mails in one packet end in
RecursionError), leave a command hanging when the connection dies, and gather literals of any size.
"""

from __future__ import annotations

import asyncio
import base64
import contextlib
import re
import ssl
from collections.abc import Sequence
from dataclasses import dataclass

from shared.channel.errors import DeliveryError
from shared.faults import TryLater
from shared.mail import limits

_COMMAND_S = 60.0
CONNECT_S = 15.0
LINE_BYTES = 16 * 1024 * 1024
"""A SEARCH over a million mails is one line of 7 MB."""
_LITERAL = re.compile(rb"\{(\d{1,12})\+?\}\r\n$")
_MODIFIED_UTF7 = re.compile(r"[^\x20-\x7e]+|&")


class Refused(Exception):
    """The server answered NO or BAD; the text is its own and may name things, so it is not passed on."""

    def __init__(self, command: str, code: str | None) -> None:
        super().__init__(f"the server refuses {command}" + (f" ({code})" if code else ""))
        self.code = code


@dataclass(frozen=True, slots=True)
class Line:
    """One answer of the server: its text, and the literals that stood in it; `cut` if one was too large to keep."""

    text: bytes
    literals: tuple[bytes, ...] = ()
    cut: bool = False


class Connection:
    """A connection that is open; made by `connecting.connected`."""

    def __init__(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._reader, self._writer = reader, writer
        self._tag = 0
        self._capabilities: frozenset[str] = frozenset()

    def can(self, capability: str) -> bool:
        """Tell whether the server has announced a capability."""
        return capability in self._capabilities

    async def greet(self) -> None:
        """Read the greeting and what the server can do."""
        async with asyncio.timeout(CONNECT_S):
            greeting = await self._line()
        if not greeting.text.upper().startswith((b"* OK", b"* PREAUTH")):
            raise TryLater("the mail server turns us away at the door")
        await self._ask_capabilities()

    async def start_tls(self, context: ssl.SSLContext, host: str) -> None:
        """Encrypt the connection; nothing said before counts after, nor what was sent along with the server's OK.

        Whoever sits on the line could put answers behind that OK, and they would be read as if they came encrypted.
        """
        await self.command("STARTTLS")
        if self._reader._buffer:  # type: ignore[attr-defined]  # asyncio has no public way to ask what is waiting
            raise TryLater("the mail server goes on talking before TLS begins: somebody may be on the line")
        await self._writer.start_tls(context, server_hostname=host)
        await self._ask_capabilities()

    async def login(self, username: str, password: str) -> None:
        """Log in; `DeliveryError` when the server refuses, because somebody has to act."""
        try:
            await self.command("LOGIN", _string(username), _string(password))
        except Refused as refused:
            if refused.code in ("UNAVAILABLE", "INUSE", "LIMIT", "CONTACTADMIN"):
                raise TryLater("the mail server cannot log us in right now") from None
            raise DeliveryError("the mail server refuses the user name or password") from None
        await self._ask_capabilities()

    async def command(self, name: str, *arguments: bytes | str, within_s: float = _COMMAND_S) -> list[Line]:
        """Return the untagged answers; `Refused` on NO and BAD, `TryLater` when the connection dies or stalls.

        The time-out is for each line (a literal counts as one), so that a slow line of 45 MB is not a dead one.
        """
        tag = await self._send(name, arguments, within_s)
        answers: list[Line] = []
        while True:
            async with asyncio.timeout(within_s):
                line = await self._line()
            if line.text.startswith(tag + b" "):
                _settle(line.text[len(tag) + 1 :], name)
                return answers
            if line.text.upper().startswith(b"* BYE") and name != "LOGOUT":
                raise ConnectionResetError("the server says goodbye")
            answers.append(line)

    async def idle(self, *, within_s: float) -> None:
        """Return when the mailbox changed or the time is over."""
        tag = await self._send("IDLE", (), _COMMAND_S)
        try:
            async with asyncio.timeout(within_s):
                await self._until_change(tag)
        except TimeoutError:
            pass
        self._writer.write(b"DONE\r\n")
        async with asyncio.timeout(_COMMAND_S):
            while not (await self._line()).text.startswith(tag + b" "):
                pass

    async def close(self) -> None:
        """Say goodbye if that goes quickly, and close."""
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1.0):
                await self.command("LOGOUT")
        self._writer.close()
        with contextlib.suppress(Exception):
            async with asyncio.timeout(1.0):
                await self._writer.wait_closed()

    async def _until_change(self, tag: bytes) -> None:
        while True:
            text = (await self._line()).text.upper()
            if text.endswith((b"EXISTS", b"RECENT")):
                return
            if text.startswith(b"* BYE"):
                raise ConnectionResetError("the server says goodbye")
            if text.startswith(tag + b" "):
                raise Refused("IDLE", None)

    async def _send(self, name: str, arguments: Sequence[bytes | str], within_s: float) -> bytes:
        self._tag += 1
        tag = b"A%d" % self._tag
        pieces = [tag, *name.encode().split(b" "), *(a.encode() if isinstance(a, str) else a for a in arguments)]
        line = b" ".join(pieces) + b"\r\n"
        *literals, last = re.split(rb"(?<=\}\r\n)(?!$)", line)
        for part in literals:
            self._writer.write(part)
            async with asyncio.timeout(within_s):
                while not (await self._line()).text.startswith(b"+"):
                    pass
        self._writer.write(last)
        async with asyncio.timeout(within_s):
            await self._writer.drain()
        return tag

    async def _line(self) -> Line:
        text, cut = b"", False
        literals: list[bytes] = []
        while True:
            try:
                piece = await self._reader.readuntil(b"\r\n")
            except asyncio.LimitOverrunError:
                raise TryLater("the mail server sends a line that has no end") from None
            text += piece
            found = _LITERAL.search(piece)
            if not found:
                return Line(text.removesuffix(b"\r\n"), tuple(literals), cut)
            size = int(found[1])
            literals.append(await self._reader.readexactly(min(size, limits.MAIL_BYTES)))
            for left in range(size - limits.MAIL_BYTES, 0, -65536):
                await self._reader.readexactly(min(left, 65536))
            cut = cut or size > limits.MAIL_BYTES

    async def _ask_capabilities(self) -> None:
        lines = await self.command("CAPABILITY")
        announced = b" ".join(line.text for line in lines if line.text.upper().startswith(b"* CAPABILITY"))
        self._capabilities = frozenset(announced.decode("latin-1").upper().split())


def _settle(status: bytes, name: str) -> None:
    if status[:3].upper() != b"OK " and status.upper() != b"OK":
        code = re.search(rb"\[([A-Z-]{1,40})", status)
        raise Refused(name, code[1].decode() if code else None)


def _string(value: str) -> bytes:
    raw = value.encode()
    if re.fullmatch(rb"[\x20-\x7e]*", raw):
        return b'"' + raw.replace(b"\\", b"\\\\").replace(b'"', b'\\"') + b'"'
    return b"{%d}\r\n%b" % (len(raw), raw)


def mailbox_name(name: str) -> bytes:
    """Return a mailbox name as IMAP writes it: modified UTF-7 (RFC 3501, 5.1.3), quoted."""

    def shifted(found: re.Match[str]) -> str:
        if found[0] == "&":
            return "&-"
        encoded = base64.b64encode(found[0].encode("utf-16-be")).decode().rstrip("=").replace("/", ",")
        return f"&{encoded}-"

    return _string(_MODIFIED_UTF7.sub(shifted, name))
