"""Addresses out of header fields, in one pass: the standard parser recurses on "(" and takes seconds for thousands."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from shared.mail import limits
from shared.mail.headers import Headers, decode_words, eight_bit, one_line

# The bound on quoted text keeps a field of nothing but escaped quotes out of quadratic time.
_LEXEME = re.compile(r'"(?:[^"\\]|\\.){0,256}"|<[^<>]*>|[(),:;]|[^"<>(),:;]+|["<>]', re.DOTALL)
_ADDRESS = re.compile(r"[^\s<>()\[\],;:\"@\x00-\x1f\x7f]{1,64}@[^\s<>()\[\],;:\"@\x00-\x1f\x7f]{1,253}")
_QUOTED_ADDRESS = re.compile(r'"[^"\\<>\x00-\x1f]{1,62}"@[^\s<>()\[\],;:"@\x00-\x1f\x7f]{1,253}')


@dataclass(frozen=True, slots=True)
class Address:
    """A mailbox: `email` keeps the case of its local part, the domain is lower-case."""

    email: str
    name: str | None = None


def valid_address(candidate: str) -> str | None:
    """Return the address with its domain in lower case, or nothing when it is not one that can be answered."""
    candidate = candidate.strip()
    if len(candidate) > 320 or not (_ADDRESS.fullmatch(candidate) or _QUOTED_ADDRESS.fullmatch(candidate)):
        return None
    local, _, domain = candidate.rpartition("@")
    return f"{local}@{domain.rstrip('.').lower()}" if domain.strip(".") else None


def addresses(headers: Headers, *names: str) -> tuple[tuple[Address, ...], bool]:
    """Return the mailboxes of the fields, at most 500, and whether some were left out."""
    found: list[Address] = []
    for name in names:
        for value in headers.all(name):
            for address in _mailboxes(eight_bit(value)):
                if len(found) == limits.RECIPIENTS:
                    return tuple(found), True
                found.append(address)
    return tuple(found), False


def _mailboxes(value: str) -> Iterator[Address]:
    words: list[str] = []
    angle: str | None = None
    depth = 0
    for lexeme in _LEXEME.findall(value):
        if lexeme in "()":
            depth = max(0, depth + (1 if lexeme == "(" else -1))
        elif depth:
            continue
        elif lexeme in ",;:":  # a colon ends the name of a group, a semicolon the group
            yield from _mailbox(words if lexeme != ":" else [], angle)
            words, angle = [], None
        elif lexeme.startswith("<") and len(lexeme) > 1:
            angle = angle or lexeme[1:-1]
        elif lexeme not in "<>":
            words.append(lexeme)
    yield from _mailbox(words, angle)


def _mailbox(words: list[str], angle: str | None) -> Iterator[Address]:
    if angle is not None:
        email = valid_address(angle.rpartition(":")[2] if angle.startswith("@") else angle)
        name = display_name("".join(words))
    else:
        email, name = valid_address("".join(words)), None
        email = email or next((valid_address(w) for w in " ".join(words).split() if "@" in w), None)
    if email:
        yield Address(email, name)


def display_name(words: str) -> str | None:
    """Return a name as a person reads it, or nothing."""
    name = words.strip()
    if len(name) > 1 and name[0] == name[-1] == '"':
        name = re.sub(r"\\(.)", r"\1", name[1:-1])
    return one_line(decode_words(name))[: limits.NAME_CHARACTERS] or None
