"""Where an account's settings lead: not into private networks, and no secret to a place it was not given for."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Collection, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

import msgspec

from shared.channel.port import Channel

_TARGETS = re.compile(r"(_url|^url|^host)$")
_ADDRESSES = re.compile(r"(_url|^url|^host|^port)$")
_OUR_OWN = "public_url"


def private_targets(settings: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return what is wrong with targets that are plainly private; a name is judged when it is called."""
    return [
        (f"/settings/{name}", "leads into a private network, which this installation does not allow")
        for name, value in settings.items()
        if _TARGETS.search(name) and isinstance(value, str) and name != _OUR_OWN and _is_private(value)
    ]


def secrets_to_give_again(
    channel: Channel, *, kept: Collection[str], before: Mapping[str, Any], after: Mapping[str, Any]
) -> list[tuple[str, str]]:
    """Return the kept secrets that would be sent to another place than the one they were given for.

    Secrets go in and never come out: whoever may change settings would read them by having them sent to themselves.
    """
    defaults = _defaults(channel)
    earlier, later = defaults | dict(before), defaults | dict(after)
    moved = [name for name in later | earlier if earlier.get(name) != later.get(name)]
    errors = []
    for secret in sorted(kept):
        where = [name for name in moved if name in _places(channel, secret, among=moved)]
        if where:
            errors.append((f"/secrets/{secret}", _mend(where)))
    return errors


def _mend(where: Sequence[str]) -> str:
    named = " and ".join(f"`{name}`" for name in where)
    return f"is sent where {named} says, and that changes: give this secret again, or leave {named} as it was"


def _places(channel: Channel, secret: str, *, among: Sequence[str]) -> Collection[str]:
    if channel.sent_to is not None:
        return channel.sent_to.get(secret, ())
    return [name for name in among if _ADDRESSES.search(name) and name != _OUR_OWN]


def _defaults(channel: Channel) -> dict[str, Any]:
    fields = msgspec.structs.fields(channel.settings)
    return {f.encode_name: f.default for f in fields if f.default is not msgspec.NODEFAULT}


def _is_private(target: str) -> bool:
    try:
        host = (urlsplit(target).hostname or "") if "://" in target else target
        return host == "localhost" or not ipaddress.ip_address(host).is_global
    except ValueError:
        return False
