"""Whether our own border server vouches for the sender of a mail (RFC 8601); nobody else's word counts."""

from __future__ import annotations

import re
from typing import Literal

from shared.mail.headers import Headers, eight_bit

_COMMENT = re.compile(r"\([^()]*\)")
_DMARC = re.compile(r"\bdmarc\s*=\s*([a-z]+)", re.IGNORECASE)
_DOMAIN = re.compile(r"\bheader\.from\s*=\s*\"?([^\s;\"]+)", re.IGNORECASE)

DmarcResult = Literal["pass", "fail", "none"]


def dmarc_result(headers: Headers, *, authserv_id: str | None, sender: str | None) -> DmarcResult:
    """Return what the configured server said of the sender's domain; "none" where it said nothing.

    Only the topmost field of that server counts: it adds its own above whatever a sender wrote in its name.
    """
    if not authserv_id:
        return "none"
    for value in headers.all("authentication-results"):
        statement = _COMMENT.sub(" ", eight_bit(value))
        server, _, results = statement.partition(";")
        if server.lower().split()[:1] == [authserv_id.lower()]:
            return _of(results, sender)
    return "none"


def _of(results: str, sender: str | None) -> DmarcResult:
    verdict = _DMARC.search(results)
    if verdict is None:
        return "none"
    if verdict[1].lower() != "pass":
        return "fail" if verdict[1].lower() in ("fail", "permerror") else "none"
    domain = _DOMAIN.search(results)
    named = domain[1].rpartition("@")[2].lower() if domain else None
    return "pass" if sender and named == sender.rpartition("@")[2].lower() else "none"
