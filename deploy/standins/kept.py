"""What the stand-ins were given: the newest few hundred, in memory alone."""

from __future__ import annotations

import itertools
from collections import deque
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

_TEXT_LIMIT = 20_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Sent:
    """One message that Ascolto sent, as the outside world would have got it."""

    number: int
    at: datetime
    by: str
    recipient: str
    subject: str | None
    text: str
    details: Mapping[str, str] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """Return it for programs."""
        return asdict(self) | {"at": self.at.isoformat().replace("+00:00", "Z")}


class Kept:
    """The newest messages; older ones are forgotten, so that a long load does not fill the memory."""

    def __init__(self, *, at_most: int = 500) -> None:
        self._sent: deque[Sent] = deque(maxlen=at_most)
        self._numbers = itertools.count(1)

    def keep(
        self,
        *,
        at: datetime,
        by: str,
        recipient: str,
        text: str,
        subject: str | None = None,
        details: Mapping[str, str] | None = None,
    ) -> Sent:
        """Keep one message and return it with its number."""
        sent = Sent(
            number=next(self._numbers),
            at=at,
            by=by,
            recipient=recipient,
            subject=subject,
            text=text[:_TEXT_LIMIT],
            details=details or {},
        )
        self._sent.append(sent)
        return sent

    def newest_first(self) -> list[Sent]:
        """Return what is kept, the newest first."""
        return list(reversed(self._sent))
