"""Body parts as text that people and lexicons read, and HTML that a browser may be shown."""

from __future__ import annotations

import html
import re

from inscriptis import get_text
from inscriptis.css_profiles import CSS_PROFILES  # type: ignore[import-untyped]
from inscriptis.model.config import ParserConfig  # type: ignore[import-untyped]

from shared.mail import limits
from shared.mail.charsets import decode
from shared.mail.parts import Part

_SLOW_FROM = 100_000
"""Above this many characters the layout engine (0.5 ms a KB) is left out, and no more is shown as HTML."""
_LAYOUT = ParserConfig(css=CSS_PROFILES["strict"], display_images=False, display_links=False)
_UNSEEN = ("script", "style", "head", "title", "template", "object", "svg")
_LINE_TAG = re.compile(r"<(?:br|/p|/div|/tr|/li|/h[1-6]|/table|/blockquote)\b[^<>]*>", re.IGNORECASE)
_TAG = re.compile(r"</?[a-zA-Z!?][^<>]*>")
_SPACING = re.compile(r"(?:padding|margin)[a-z-]{0,12}\s*:[^;\"'<>]*", re.IGNORECASE)
_BLANK_LINES = re.compile(r"\n{3,}")
_INVISIBLE = "\u200b\ufeff"
_META_CHARSET = re.compile(rb"<meta[^>]{0,200}charset\s*=\s*[\"']?\s*([A-Za-z0-9_:.-]{1,40})", re.IGNORECASE)


def part_text(part: Part) -> tuple[str, list[str]]:
    """Return a text part decoded, with lines ended by a bare line feed, and notes."""
    content, notes = part.content(), []
    if len(content) > limits.TEXT_BYTES:
        content, notes = content[: limits.TEXT_BYTES], ["text_cut"]
    declared = part.parameters.get("charset")
    if declared is None and part.media_type == "text/html" and (meta := _META_CHARSET.search(content[:2048])):
        declared = meta[1].decode("ascii")
    text, note = decode(content, declared)
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    if part.parameters.get("format", "").lower() == "flowed":
        text = unflow(text, delete_space=part.parameters.get("delsp", "").lower() == "yes")
    return text, notes + ([note] if note else [])


def unflow(text: str, *, delete_space: bool) -> str:
    """Return format=flowed text (RFC 3676) with its soft line breaks undone, quoted paragraphs kept apart."""
    out: list[str] = []
    open_depth: int | None = None
    for line in text.split("\n"):
        stripped = line.lstrip(">")
        depth = len(line) - len(stripped)
        content = stripped.removeprefix(" ")
        flowing = content.endswith(" ") and content != "-- "
        kept = content[:-1] if flowing and delete_space else content
        if open_depth == depth and content != "-- ":
            out[-1] += kept
        else:
            out.append(f"{'>' * depth} {kept}" if depth else kept)
        open_depth = depth if flowing else None
    return "\n".join(line.rstrip() if line != "-- " else line for line in out)


def html_text(markup: str) -> tuple[str, list[str]]:
    """Return what a reader of the HTML would see, and notes; an HTML full of tags is never empty for that reason."""
    notes = ["html_cut"] if len(markup) > limits.HTML_CHARACTERS else []
    markup = markup[: limits.HTML_CHARACTERS]
    if not markup.strip():
        return "", notes
    text = _laid_out(markup) if len(markup) <= _SLOW_FROM else ""
    # inscriptis answers "" from 256 nested tags on.
    return tidy(text) or tidy(_without_tags(markup)), notes


def _laid_out(markup: str) -> str:
    try:
        # A padding of 9999999px would be 100,000 blanks before each line.
        return str(get_text(_SPACING.sub("", markup), _LAYOUT))
    except Exception:  # noqa: BLE001 - whatever lxml or inscriptis choke on, the plain way is left
        return ""


def _without_tags(markup: str) -> str:
    """Strip the tags in linear time: whole HTML parsers take quadratic time on 200,000 unclosed tags or bare "&"."""
    markup = _cut_out(markup, re.compile("<!--"), re.compile("-->"))
    for tag in _UNSEEN:
        opening = re.compile(f"<{tag}(?![a-z0-9-])", re.IGNORECASE)
        markup = _cut_out(markup, opening, re.compile(f"</{tag}[^<>]*>", re.IGNORECASE))
    return html.unescape(_TAG.sub("", _LINE_TAG.sub("\n", markup)))


def _cut_out(markup: str, opening: re.Pattern[str], closing: re.Pattern[str]) -> str:
    kept, at = [], 0
    while found := opening.search(markup, at):
        kept.append(markup[at : found.start()])
        end = closing.search(markup, found.end())
        if end is None:
            kept.append(markup[found.start() :])  # never closed: better too much text than none
            return "".join(kept)
        at = end.end()
    return "".join(kept) + markup[at:]


def tidy(text: str) -> str:
    """Return the text without trailing blanks and with at most one empty line in a row."""
    if any(character in text for character in _INVISIBLE):
        text = "\n".join(line.strip(_INVISIBLE) for line in text.split("\n"))
    # Line by line: "[ ]+$" as a regular expression takes quadratic time on a line of blanks.
    lines = "\n".join(map(str.rstrip, text.split("\n")))
    return _BLANK_LINES.sub("\n\n", lines).strip("\n")
