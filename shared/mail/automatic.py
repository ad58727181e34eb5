"""Why a robot is thought to have written a mail: it is filed like any other, but nothing answers it by itself."""

from __future__ import annotations

import re

from shared.mail.headers import Headers
from shared.mail.parts import Part
from shared.mail.threads import without_plus

_ROBOT = re.compile(
    r"(?:mailer-?daemon|postmaster|no-?_?reply|do-?not-?_?reply|non-?rispondere|ne-?pas-?repondre|bounces?|"
    r"auto-?(?:reply|mail(?:er)?|confirm))(?:[-+._=].*)?",
    re.IGNORECASE,
)
_PRECEDENCE = ("bulk", "list", "junk", "auto_reply", "auto-reply")
_MARKS = ("x-autoreply", "x-autorespond", "x-autorespond-subject", "x-auto-reply", "x-loop", "x-mail-autoreply")
_LISTS = ("list-id", "list-post", "list-unsubscribe", "list-help", "list-subscribe", "list-owner", "list-archive")


def is_robot_address(email: str) -> bool:
    """Tell whether nobody reads what is sent to this address."""
    return _ROBOT.fullmatch(email.partition("@")[0]) is not None


def automatic_reason(
    *,
    root: Part,
    answer_to: str | None,
    envelope_sender: str | None,
    own: frozenset[str],
    own_lists: tuple[str, ...] = (),
) -> str | None:
    """Return a short code for the first sign of a robot, or nothing.

    `envelope_sender` is None where the transport told none, "" for the null sender. `own_lists` are the List-Ids of
    groups that only pass on what customers write to the account's own address.
    """
    headers = root.headers
    if headers.ascii("auto-submitted").lower().partition(";")[0].strip() not in ("", "no"):
        return "auto-submitted"
    if envelope_sender == "" or headers.ascii("return-path") == "<>":
        return "null-sender"
    if headers.ascii("content-type").lower().startswith("multipart/report"):
        return "report"
    if any(headers.first(mark) is not None for mark in _MARKS):
        return "auto-reply-header"
    if headers.ascii("x-auto-response-suppress").lower() not in ("", "none"):
        return "auto-response-suppress"
    return _by_list(headers, own_lists) or _by_address(answer_to, own)


def _by_list(headers: Headers, own_lists: tuple[str, ...]) -> str | None:
    listed = headers.ascii("list-id").lower()
    if any(own.lower() in listed for own in own_lists if own):
        return None
    if any(headers.first(name) is not None for name in _LISTS):
        return "list"
    return "precedence" if headers.ascii("precedence").lower() in _PRECEDENCE else None


def _by_address(answer_to: str | None, own: frozenset[str]) -> str | None:
    if answer_to is None:
        return "no-sender"
    if without_plus(answer_to) in own:
        return "own-address"
    return "robot-address" if is_robot_address(answer_to) else None
