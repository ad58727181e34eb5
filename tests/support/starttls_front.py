"""STARTTLS in front of an IMAP server that has none: it answers that one command itself and passes on all else."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

from tests.support.certificates import Certificate


@dataclass
class Front:
    """Where it listens, and what clients said before they were encrypted; `smuggled` is said behind the OK."""

    port: int = 0
    in_the_clear: list[bytes] = field(default_factory=list)
    encrypted: int = 0
    smuggled: bytes = b""


@asynccontextmanager
async def starttls_front(server_port: int, certificate: Certificate, *, smuggled: bytes = b"") -> AsyncIterator[Front]:
    """Listen while the block lasts."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate.chain, certificate.key)
    front, tasks = Front(smuggled=smuggled), set[asyncio.Task[None] | None]()

    async def serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        tasks.add(asyncio.current_task())
        behind_reader, behind_writer = await asyncio.open_connection("127.0.0.1", server_port)
        with suppress(OSError, EOFError, asyncio.CancelledError):
            if await _until_encrypted(front, reader, writer, behind_reader, behind_writer, context):
                front.encrypted += 1
                await asyncio.gather(_pass_on(reader, behind_writer), _pass_on(behind_reader, writer))
        for each in (writer, behind_writer):
            each.close()

    listening = await asyncio.start_server(serve, "127.0.0.1", 0)
    front.port = listening.sockets[0].getsockname()[1]
    try:
        yield front
    finally:
        listening.close()
        for task in tasks - {None}:
            task.cancel()  # type: ignore[union-attr]
        await asyncio.gather(*filter(None, tasks), return_exceptions=True)


async def _until_encrypted(
    front: Front,
    reader: asyncio.StreamReader,
    writer: asyncio.StreamWriter,
    behind_reader: asyncio.StreamReader,
    behind_writer: asyncio.StreamWriter,
    context: ssl.SSLContext,
) -> bool:
    """Pass lines on until the client asks for TLS; False when it goes away before."""
    writer.write(await behind_reader.readuntil(b"\r\n"))
    while line := await reader.readline():
        front.in_the_clear.append(line)
        tag, _, command = line.strip().partition(b" ")
        if command.upper() == b"STARTTLS":
            writer.write(tag + b" OK begin\r\n" + front.smuggled)
            await writer.drain()
            await writer.start_tls(context)
            return True
        behind_writer.write(line)
        while not (answer := await behind_reader.readuntil(b"\r\n")).startswith(tag + b" "):
            writer.write(answer.replace(b"CAPABILITY", b"CAPABILITY STARTTLS LOGINDISABLED", 1))
        writer.write(answer)
    return False


async def _pass_on(source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
    while piece := await source.read(65536):
        sink.write(piece)
        await sink.drain()
    sink.close()
