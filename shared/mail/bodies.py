"""Which parts of a mail are its text and which are files."""

from __future__ import annotations

import re
from dataclasses import dataclass, field

from shared.mail import limits
from shared.mail.attachments import file_name
from shared.mail.parts import Part
from shared.mail.text import html_text, part_text, tidy

_CALENDAR = re.compile(r"^(SUMMARY|DTSTART|LOCATION|DESCRIPTION)(?:;[^:\n]{0,200})?:(.{0,4000})$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Piece:
    """One body part as it was written."""

    written: str
    is_html: bool

    def says_something(self) -> bool:
        """Tell whether there is anything to read in it."""
        return bool(self.written.strip())


@dataclass(slots=True)
class Body:
    """What was found: the text piece by piece, the HTML, the parts that are files, and notes."""

    pieces: list[Piece] = field(default_factory=list)
    html: list[str] = field(default_factory=list)
    files: list[Part] = field(default_factory=list)
    forwarded: list[Part] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    text: str = ""

    def html_document(self) -> str | None:
        """Return the HTML of a mail as one document, or nothing."""
        return "\n".join(self.html)[: limits.HTML_CHARACTERS] or None


def read_body(root: Part) -> Body:
    """Return the body of a mail; text in forwarded messages and calendars counts where there is no other."""
    body = Body()
    _read(root, body)
    body.text = tidy("\n\n".join(filter(None, (_plain(piece, body) for piece in body.pieces))))
    if not body.text.strip():
        body.text = _last_resort(body)
    return body


def _plain(piece: Piece, body: Body) -> str:
    if not piece.is_html:
        return tidy(piece.written)
    text, notes = html_text(piece.written)
    body.notes += notes
    return text


def _read(part: Part, body: Body) -> None:
    if part.media_type == "multipart/alternative":
        _read_alternatives(part, body)
    elif part.media_type.startswith("multipart/"):
        for child in part.children:
            _read(child, body)
    elif part.media_type == "message/rfc822" and part.children:
        body.files.append(part)
        body.forwarded.append(part.children[0])
    elif _is_file(part):
        body.files.append(part)
    else:
        _read_text(part, body)


def _read_alternatives(part: Part, body: Body) -> None:
    """Where the plain text says something the HTML is not read: turning it into text takes longer than all the rest."""
    plain, rich = Body(), Body()
    for child in part.children:
        _read(child, plain if child.media_type == "text/plain" else rich)
    if any(piece.says_something() for piece in plain.pieces):
        rich.pieces.clear()
    for found in (plain, rich):
        body.pieces += found.pieces
        body.html += found.html
        body.files += found.files
        body.forwarded += found.forwarded
        body.notes += found.notes


def _is_file(part: Part) -> bool:
    if part.media_type not in ("text/plain", "text/html"):
        return part.media_type not in ("text/enriched", "text/markdown", "text/richtext") or bool(file_name(part))
    return part.disposition == "attachment" or bool(file_name(part))


def _read_text(part: Part, body: Body) -> None:
    text, notes = part_text(part)
    body.notes += notes
    is_html = part.media_type == "text/html"
    body.pieces.append(Piece(text, is_html))
    if is_html:
        body.html.append(text)


def _last_resort(body: Body) -> str:
    forwarded = "\n\n".join(read_body(message).text for message in body.forwarded)
    if forwarded.strip():
        body.notes.append("text_from_forwarded_message")
        return forwarded
    calendars = [part for part in body.files if part.media_type == "text/calendar"]
    if calendars:
        body.notes.append("text_from_calendar")
    return "\n".join(_calendar_text(part) for part in calendars[:3])


def _calendar_text(part: Part) -> str:
    text = part_text(part)[0].replace("\n ", "").replace("\n\t", "")
    return "\n".join(found[2].replace("\\n", "\n").replace("\\,", ",") for found in _CALENDAR.finditer(text))
