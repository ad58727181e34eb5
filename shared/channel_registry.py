"""Finds the channels: every folder of shared/channels that exports `channel`."""

from __future__ import annotations

import pkgutil
from functools import cache
from importlib import import_module

from shared import channels
from shared.channel.port import Channel


@cache
def registry() -> dict[str, Channel]:
    """Return every channel by its name."""
    found = {}
    for folder in pkgutil.iter_modules(channels.__path__):
        if folder.ispkg:
            channel: Channel = import_module(f"shared.channels.{folder.name}").channel
            found[channel.name] = channel
    return found
