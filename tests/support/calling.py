"""Calls as callers are told to make them: who is answered 503 (or 451, a mail) comes again.

A machine that stalls for longer than a commit may take makes ingest answer so, and rightly: nothing was stored.
"""

from __future__ import annotations

import asyncio
import smtplib
import time
from typing import Any

import httpx

_TRIES = 10
_MAIL_RESTS_S = 2.0


def client(**options: Any) -> httpx.Client:
    """Return a client that comes again; close it."""
    return httpx.Client(transport=ComesAgain(), timeout=20, **options)


def call(method: str, url: str, **options: Any) -> httpx.Response:
    """Call once, and again when told so."""
    with client() as http:
        return http.request(method, url, **options)


def mail(data: bytes, *, to: str, by: str, smtp: str) -> None:
    """Send a mail once, and again while the answer is 4xx, as every mail server does."""
    host, _, port = smtp.partition(":")
    for left in reversed(range(_TRIES)):
        try:
            with smtplib.SMTP(host, int(port), timeout=60) as server:
                server.sendmail(by, [to], data)
        except (smtplib.SMTPRecipientsRefused, smtplib.SMTPResponseException) as refused:
            if not left or not 400 <= _code(refused, to) < 500:
                raise
            time.sleep(_MAIL_RESTS_S)
        else:
            return


def _code(refused: smtplib.SMTPRecipientsRefused | smtplib.SMTPResponseException, to: str) -> int:
    return refused.recipients[to][0] if isinstance(refused, smtplib.SMTPRecipientsRefused) else refused.smtp_code


class ComesAgain(httpx.HTTPTransport):
    """Sends a request until it is answered by something else than a wish to see it later."""

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        """Return the first answer that is none, or the last."""
        for _ in range(_TRIES):
            answer = super().handle_request(request)
            wait_s = _wanted_later(request, answer)
            if wait_s is None:
                break
            answer.close()
            time.sleep(wait_s)
        return answer


class ComesAgainLater(httpx.AsyncHTTPTransport):
    """The same for those who wait for several at once."""

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        """Return the first answer that is none, or the last."""
        for _ in range(_TRIES):
            answer = await super().handle_async_request(request)
            wait_s = _wanted_later(request, answer)
            if wait_s is None:
                break
            await answer.aclose()
            await asyncio.sleep(wait_s)
        return answer


def _wanted_later(request: httpx.Request, answer: httpx.Response) -> float | None:
    is_told = answer.status_code == httpx.codes.SERVICE_UNAVAILABLE and "retry-after" in answer.headers
    # What is read from a generator can be sent once only.
    return float(answer.headers["retry-after"]) if is_told and isinstance(request.stream, httpx.ByteStream) else None
