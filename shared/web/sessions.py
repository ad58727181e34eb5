"""Browser sessions: an API key, sealed in a cookie that no script can read; revoking the key ends them."""

from __future__ import annotations

import base64
import binascii
from datetime import datetime, timedelta

from fastapi import Request, Response

from shared.sealing import SealBroken, Sealer

COOKIE = "ascolto_session"
CONSOLE_HEADER = "x-ascolto-console"
"""Every call of a page that changes something carries it: no other site can make a browser send it."""

_CONTEXT = "browser-session"
_LASTS = timedelta(hours=12)
_READING = frozenset({"GET", "HEAD"})


class Sessions:
    """Opens, recognises and ends sessions."""

    def __init__(self, house_key: bytes) -> None:
        self._sealer = Sealer(house_key)

    def begin(self, response: Response, request: Request, *, key: str, now: datetime) -> None:
        """Put a session for this API key into the browser."""
        sealed = self._sealer.seal({"key": (key,), "until": ((now + _LASTS).isoformat(),)}, context=_CONTEXT)
        response.set_cookie(
            COOKIE,
            base64.urlsafe_b64encode(sealed).decode(),
            max_age=int(_LASTS.total_seconds()),
            httponly=True,
            samesite="strict",
            secure=request.url.scheme == "https",
        )

    def end(self, response: Response) -> None:
        """Take the session out of the browser."""
        response.delete_cookie(COOKIE)

    def key(self, request: Request, *, now: datetime) -> str | None:
        """Return the API key of the request's session; None without one, or when another site may have sent it."""
        cookie = request.cookies.get(COOKIE)
        if not cookie or (request.method not in _READING and CONSOLE_HEADER not in request.headers):
            return None
        try:
            session = self._sealer.open(base64.urlsafe_b64decode(cookie.encode()), context=_CONTEXT)
            until = datetime.fromisoformat(session["until"][0])
        except (SealBroken, binascii.Error, ValueError, KeyError, UnicodeEncodeError):
            return None
        return session["key"][0] if now < until else None
