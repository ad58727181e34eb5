"""Connections to hosts that somebody else names: not into private networks, unless the installation allows it."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from typing import Any

_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")


class PrivateTarget(Exception):
    """A host leads into a private network."""


async def public_addresses(host: str, port: int) -> list[str]:
    """Return the addresses of a name; `PrivateTarget` when one of them is private, `OSError` when it has none."""
    return [entry[4][0] for entry in await _judged(host, port, allow_private=False)]


async def connect(*, host: str, port: int, allow_private: bool) -> socket.socket:
    """Return a socket that is connected to the first address that answers; close it.

    What the name resolves to is judged and then called, so a second answer of the name server cannot move it.
    `PrivateTarget` where one of the addresses is private and that is not allowed, `OSError` where none answers.
    """
    failure: OSError = OSError("the host has no address")
    for family, kind, protocol, _, address in await _judged(host, port, allow_private=allow_private):
        connection = socket.socket(family, kind, protocol)
        connection.settimeout(0)  # the loop waits, not the call
        try:
            await asyncio.get_running_loop().sock_connect(connection, address)
        except OSError as error:
            connection.close()
            failure = error
        except BaseException:
            connection.close()
            raise
        else:
            return connection
    raise failure


async def _judged(host: str, port: int, *, allow_private: bool) -> list[Any]:
    try:
        found = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError as error:  # a name that cannot be asked for
        raise OSError("the host has no address") from error
    if not allow_private and not all(_is_public(str(entry[4][0])) for entry in found):
        raise PrivateTarget("the host leads into a private network")
    return list(found)


def _is_public(address: str) -> bool:
    return _leads_outside(ipaddress.ip_address(address.partition("%")[0]))


def _leads_outside(address: ipaddress.IPv4Address | ipaddress.IPv6Address) -> bool:
    if isinstance(address, ipaddress.IPv6Address):
        if address in _NAT64:
            return _leads_outside(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
        inner = address.ipv4_mapped or address.sixtofour  # an address within an address leads where the inner one does
        if inner is not None:
            return _leads_outside(inner)
    return address.is_global and not address.is_multicast
