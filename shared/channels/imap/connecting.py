"""Opens and closes the connection to a mailbox's server."""

from __future__ import annotations

import asyncio
import contextlib
import ipaddress
import ssl
from collections.abc import AsyncGenerator
from typing import Literal, Protocol

from shared.channel.errors import DeliveryError
from shared.channels.imap.connection import CONNECT_S, LINE_BYTES, Connection, Refused
from shared.faults import TryLater
from shared.outside import PrivateTarget, connect

Security = Literal["implicit", "starttls", "none"]


class Server(Protocol):
    """Where a mailbox is and how to speak to it; the settings of an account are one."""

    @property
    def host(self) -> str:
        """The server's name or address."""
        ...

    @property
    def port(self) -> int:
        """Its port."""
        ...

    @property
    def security(self) -> Security:
        """How the connection is protected."""
        ...


@contextlib.asynccontextmanager
async def connected(server: Server, *, allow_private: bool) -> AsyncGenerator[Connection]:
    """Open a connection as configured; whatever breaks it, in here or in the body, comes out as `TryLater`.

    `DeliveryError` where the host leads into a private network and those are not allowed.
    """
    context = _tls(server)
    connection = None
    try:
        async with asyncio.timeout(CONNECT_S):
            reader, writer = await _opened(server, context, allow_private=allow_private)
        connection = Connection(reader, writer)
        await connection.greet()
        if server.security == "starttls":
            await connection.start_tls(context, server.host)
        yield connection
    except PrivateTarget as error:
        raise DeliveryError(
            "the mail server's address leads into a private network, which this installation does not allow"
        ) from error
    except ssl.SSLError as error:
        raise TryLater("the mail server's certificate cannot be verified, or it speaks no TLS on this port") from error
    except (OSError, TimeoutError, EOFError) as error:
        raise TryLater(f"the mail server is out of reach ({type(error).__name__})") from error
    except Refused as refused:
        raise DeliveryError(str(refused)) from refused
    finally:
        if connection is not None:
            await connection.close()


def _tls(server: Server) -> ssl.SSLContext:
    local = _is_local(server.host)
    if server.security == "none" and not local:
        raise DeliveryError("without TLS only a mail server on this machine is spoken to: a password would be readable")
    context = ssl.create_default_context()
    if local:  # certificates of this machine are its own
        context.check_hostname, context.verify_mode = False, ssl.CERT_NONE
    return context


async def _opened(
    server: Server, context: ssl.SSLContext, *, allow_private: bool
) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
    reached = await connect(host=server.host, port=server.port, allow_private=allow_private)
    try:
        if server.security != "implicit":
            return await asyncio.open_connection(sock=reached, limit=LINE_BYTES)
        return await asyncio.open_connection(sock=reached, limit=LINE_BYTES, ssl=context, server_hostname=server.host)
    except BaseException:
        reached.close()
        raise


def _is_local(host: str) -> bool:
    if host == "localhost":
        return True
    with contextlib.suppress(ValueError):
        return ipaddress.ip_address(host).is_loopback
    return False
