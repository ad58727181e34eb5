"""What numbers look like that a company gives out: orders, tracking numbers, tax codes; by shapes, not by code."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator

from shared.rulebook.mends import wrong
from shared.rulebook.source import Part

MAX_SHAPE: Final = 60
_PIECE = re.compile(r"([A9X])(?:\{(\d{1,2})(?:,(\d{1,2}))?\})?|([-/# .])")
_CLASSES: Final = {"A": "[A-Z]", "9": "[0-9]", "X": "[A-Z0-9]"}


def _as_pattern(shape: str) -> str:
    pieces: list[str] = []
    at = 0
    while at < len(shape):
        piece = _PIECE.match(shape, at)
        if piece is None:
            raise wrong(f"`{shape}` has `{shape[at]}`", mend="use A (letter), 9 (digit), X (either), {2,4}, - / # . ")
        if piece[4]:
            pieces.append(re.escape(piece[4]))
        else:
            most = f",{piece[3]}" if piece[3] else ""
            pieces.append(_CLASSES[piece[1]] + (f"{{{piece[2]}{most}}}" if piece[2] else ""))
        at = piece.end()
    return "".join(pieces)


def digits_of(shape: str) -> int:
    """Return how many digits a number of this shape has at least."""
    pieces = (piece for piece in _PIECE.finditer(shape) if piece[1] == "9")
    return sum(int(piece[2] or 1) for piece in pieces)


def _shape(text: str) -> str:
    if not 2 <= len(text) <= MAX_SHAPE:
        raise wrong("a shape of no or too many signs", mend=f"write 2 to {MAX_SHAPE}")
    _as_pattern(text)
    return text


def _plain_word(text: str) -> str:
    if not text.isalpha():
        raise wrong(f"`{text}` is not one word", mend="write a word of letters only")
    return text


Shape = Annotated[str, AfterValidator(_shape)]


class Named(Part):
    """Numbers known by their shape anywhere, or by any of `after` standing before them."""

    shapes: tuple[Shape, ...] = ()
    after: tuple[Annotated[str, AfterValidator(_plain_word)], ...] = ()
    shapes_after: tuple[Shape, ...] = ()


class EntityShapes(Part):
    """The shapes of a rulebook: `A9{4,6}` is a letter and four to six digits."""

    order: Named = Named()
    tracking: Named = Named()
    tax_code: Named = Named()


def pattern_of(named: Named) -> re.Pattern[str] | None:
    """Return what finds such numbers, in the group `value`; nothing when there is no shape."""
    anywhere = [_as_pattern(one) for one in named.shapes]
    parts = [rf"(?<![\w/#-])(?:{'|'.join(anywhere)})(?![\w])"] if anywhere else []
    if named.after and named.shapes_after:
        words = "|".join(map(re.escape, named.after))
        behind = "|".join(_as_pattern(one) for one in named.shapes_after)
        parts.append(
            rf"\b(?:{words})\b[.:]?\s?(?:n[r°ºo]?[.°º]?\s?|num\w{{0,4}}\s|:\s?)?(?P<value>#?(?:{behind}))(?!\w)"
        )
    if not parts:
        return None
    if len(parts) == 2:
        parts[0] = f"{parts[0]}"
    return re.compile("|".join(reversed(parts)), re.IGNORECASE if named.after else 0)
