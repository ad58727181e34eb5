"""How a channel says that a delivery cannot simply be filed. Details never quote what the customer wrote.

Parsing may happen in another process: each of these survives the way back (`__reduce__`).
"""

from __future__ import annotations

from functools import partial
from typing import Any


class DeliveryError(Exception):
    """The vendor, or our configuration, has to act."""


class DeliveryForged(DeliveryError):
    """The delivery is not proven to come from the vendor, or is too old to be believed: answered 401, refused."""


class DeliveryMalformed(DeliveryError):
    """An authentic delivery that cannot be read: kept raw in quarantine under `cause`, a short code."""

    def __init__(self, detail: str, *, cause: str = "malformed") -> None:
        super().__init__(detail)
        self.cause = cause

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the cause through pickling."""
        return partial(type(self), cause=self.cause), self.args


class DeliveryIgnored(DeliveryError):
    """A known event that is not a complaint: counted, answered as the vendor wants."""


class DeliveryInvalid(DeliveryError):
    """A client that can mend its input sent something wrong; `errors` are (JSON pointer, what to mend)."""

    def __init__(self, errors: tuple[tuple[str, str], ...]) -> None:
        super().__init__("; ".join(f"{pointer}: {detail}" for pointer, detail in errors))
        self.errors = errors

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the errors through pickling."""
        return type(self), (self.errors,)


class SendingFailed(DeliveryError):
    """The vendor will never take this outgoing message (bad address, closed window, revoked token)."""

    def __init__(self, detail: str, *, cause: str = "refused") -> None:
        super().__init__(detail)
        self.cause = cause

    def __reduce__(self) -> tuple[Any, ...]:
        """Keep the cause through pickling."""
        return partial(type(self), cause=self.cause), self.args
