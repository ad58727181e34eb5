"""The name of a mail: the same for every copy of it, another for every other mail."""

from __future__ import annotations

import hashlib

from shared.mail.headers import Headers
from shared.mail.threads import message_ids

_STATED = ("from", "date", "subject")


def identity(raw: bytes, headers: Headers, *, body_start: int) -> tuple[str, str | None]:
    """Return the name and the Message-ID.

    A Message-ID alone is no name: broken mailers and attackers use one twice, and the second mail would be lost as a
    duplicate. So the sender, the date, the subject and the body go in too; headers that servers on the way add or
    change do not, nor do line ends. Without a Message-ID all bytes count: a false duplicate would be a lost mail, a
    false original is only a second one.
    """
    found = message_ids(headers.ascii("message-id"))
    if not found:
        return f"sha256:{hashlib.sha256(raw).hexdigest()}", None
    digest = hashlib.sha256()
    for name in _STATED:
        digest.update(b"\x00".join(headers.all(name)) + b"\n")
    body = raw[body_start:].replace(b"\r\n", b"\n").strip(b"\n")
    digest.update(body)
    return f"{found[0][:300]}#{digest.hexdigest()[:24]}", found[0]
