"""Signing secrets of subscriptions: made or given, sealed at rest, two of them valid while one is rotated."""

from __future__ import annotations

import base64
import secrets
from collections.abc import Sequence
from datetime import datetime
from typing import Final
from uuid import UUID

from shared.sealing import Sealer

_NAME: Final = "signing_secret"
_BYTES: Final = 32


def new_secret() -> str:
    """Return a secret that nobody has had before."""
    return "whsec_" + base64.b64encode(secrets.token_bytes(_BYTES)).decode()


def seal(sealer: Sealer, subscription: UUID, held: Sequence[str]) -> bytes:
    """Return the secrets, newest first, so that only this house opens them, for this subscription."""
    return sealer.seal({_NAME: tuple(held)}, context=_context(subscription))


def open_valid(
    sealer: Sealer, subscription: UUID, sealed: bytes, *, previous_until: datetime | None, now: datetime
) -> tuple[str, ...]:
    """Return the secrets that are valid now, newest first; `SealBroken` where another house key sealed them."""
    held = sealer.open(sealed, context=_context(subscription))[_NAME]
    return held[:2] if previous_until is not None and previous_until > now else held[:1]


def _context(subscription: UUID) -> str:
    return f"webhook:{subscription}"
