"""What the customer wrote in this message: without quoted mail, without the footer that a company hangs below."""

from __future__ import annotations

import re

_HISTORY = re.compile(
    r"^(?:"
    r"-{2,}\s*(?:original message|messaggio originale|message d'origine|urspr.ngliche nachricht|mensaje original)"
    r"|(?:il|on|le|am|el) .{4,120}(?:ha scritto|wrote|a .crit|schrieb.{0,60}|escribi.)\s*:?\s*"
    r")$",
    re.IGNORECASE | re.MULTILINE,
)
"""The line above a quoted mail, in the words of the usual mail programs."""

_FOOTER = re.compile(
    r"^(?:this (?:e-?mail|message).{0,60}(?:confidential|intended)"
    r"|(?:questo|il presente) messaggio.{0,80}(?:riservat|confidenzial)"
    r"|ce (?:message|courriel).{0,80}confidentiel"
    r"|diese (?:e-?mail|nachricht).{0,80}vertraulich"
    r"|(?:este|el presente) (?:mensaje|correo).{0,80}confidencial)",
    re.IGNORECASE | re.MULTILINE,
)


_HISTORY_HAS = re.compile("riginal|rsprüng|wrote|scritto|crit|schrieb|escribi")
_FOOTER_HAS = re.compile("onfiden|intended|riservat|ertraulich|ONFIDEN|ERTRAULICH")
"""Hardly any text holds these; the others need not be searched line by line."""


def without_quotes(text: str) -> str:
    """Return a text up to the mail that it quotes, without lines that begin with `>`; all when nothing is left."""
    if "\n" not in text:
        return text
    history = _HISTORY.search(text) if _HISTORY_HAS.search(text) else None
    own = text[: history.start()] if history else text
    if "\n>" in own or own.startswith(">"):
        own = "\n".join(line for line in own.split("\n") if not line.startswith(">"))
    return own if own.strip() else text


def without_footer(text: str) -> str:
    """Return a text up to the signature's dashes or the notice of confidentiality below it."""
    if "\n" not in text:
        return text
    own = text.split("\n-- \n", 1)[0].split("\n--\n", 1)[0]
    footer = _FOOTER.search(own) if _FOOTER_HAS.search(own) else None
    own = own[: footer.start()] if footer else own
    return own if own.strip() else text


def own_words(text: str, *, subject: str | None) -> str:
    """Return what the customer wrote in this message, below its subject."""
    own = without_footer(without_quotes(text))
    return f"{subject}.\n\n{own}" if subject else own
