"""Addresses that other systems give: https, without credentials in them, and not into private networks."""

from __future__ import annotations

import asyncio
from typing import Final

import httpx

from services.responder.domain.refusal import invalid
from shared.outside import PrivateTarget, public_addresses

_LOOK_UP_S: Final = 2.0
_PORTS: Final = {"https": 443, "http": 80}


async def check_target(url: str, *, allow_private: bool) -> str:
    """Return the address if it may be called; `Refused` says what to mend.

    A name that cannot be looked up now is taken: each call judges what it resolves to then, and calls only that.
    """
    parts = _parts(url)
    if parts.scheme != "https" and not (allow_private and parts.scheme == "http"):
        raise invalid(("/url", "must begin with https://"))
    if not parts.host or "%" in parts.host:  # blanks come out escaped
        raise invalid(("/url", "names no host that exists"))
    if parts.userinfo:
        raise invalid(("/url", "must not hold a user or password: the signature proves who calls"))
    if parts.fragment:
        raise invalid(("/url", "must not have a fragment (#...)"))
    port = _PORTS[parts.scheme] if parts.port is None else parts.port
    if not 1 <= port <= 65_535:
        raise invalid(("/url", "has a port that does not exist"))
    if not allow_private:
        await _leads_outside(parts.host, port)
    return url


def _parts(url: str) -> httpx.URL:
    try:
        return httpx.URL(url)
    except (httpx.InvalidURL, ValueError):
        raise invalid(("/url", "is not an address")) from None


async def _leads_outside(host: str, port: int) -> None:
    try:
        async with asyncio.timeout(_LOOK_UP_S):
            await public_addresses(host, port)
    except PrivateTarget:
        raise invalid(("/url", "leads into a private network; the service's settings decide whether it may")) from None
    except (TimeoutError, OSError):
        return
