"""An account: one connected instance of a channel, with its settings and its secrets."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import msgspec


@dataclass(frozen=True, slots=True, kw_only=True)
class Account:
    """A connected account as a channel sees it.

    `settings` is an instance of the channel's settings type. `secrets` holds, for each name, the values that are valid
    now, newest first: more than one only while a secret is being rotated.
    """

    account: str
    channel: str
    title: str
    settings: Any
    secrets: dict[str, tuple[str, ...]] = field(default_factory=dict, repr=False)
    enabled: bool = True

    def secret(self, name: str) -> str | None:
        """The newest valid value of a secret, or nothing."""
        values = self.secrets.get(name, ())
        return values[0] if values else None


class NoSecrets(msgspec.Struct, frozen=True, kw_only=True):
    """For channels that keep no secret."""


class NoSettings(msgspec.Struct, frozen=True, kw_only=True):
    """For channels that need no setting."""
