"""The house key: 32 random bytes from which every other key of an installation is derived."""

from __future__ import annotations

import base64
import hashlib
import os
import secrets
from pathlib import Path

_BYTES = 32


class HouseKeyInvalid(Exception):
    """The configured key is not 32 bytes of base64."""


def derive(house_key: bytes, *, purpose: str) -> bytes:
    """Return 32 bytes that serve one purpose only; `purpose` has at most 16 characters."""
    return hashlib.blake2b(house_key, digest_size=_BYTES, person=purpose.encode()).digest()


def service_token(house_key: bytes) -> str:
    """Return the credential with which the services of one installation call each other."""
    return "ascolto-service-" + derive(house_key, purpose="service-token").hex()


def read_or_make(*, configured: str | None, file: Path) -> bytes:
    """Return the key from the environment, else from its file, which is made once, readable by its owner only."""
    if configured:
        return _decoded(configured, where="ASCOLTO_HOUSE_KEY")
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        _make(file)
    except FileExistsError:
        pass
    return _decoded(file.read_text(), where=str(file))


def _make(file: Path) -> None:
    # Linked into place when whole: of two services that start together, both read one and the same key.
    if file.exists():
        raise FileExistsError(file)
    draft = file.with_name(f"{file.name}.{os.getpid()}.{secrets.token_hex(4)}")
    draft.touch(mode=0o600)
    try:
        with draft.open("w") as handle:
            handle.write(base64.b64encode(secrets.token_bytes(_BYTES)).decode())
            handle.flush()
            os.fsync(handle.fileno())
        os.link(draft, file)
    finally:
        draft.unlink()


def _decoded(text: str, *, where: str) -> bytes:
    try:
        key = base64.b64decode(text.strip(), validate=True)
    except ValueError:
        key = b""
    if len(key) != _BYTES:
        raise HouseKeyInvalid(
            f"{where} must be {_BYTES} bytes in base64, as `openssl rand -base64 {_BYTES}` prints them"
        )
    return key
