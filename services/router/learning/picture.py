"""Draws a confusion matrix as a picture that a browser shows: truth down, answers across."""

from __future__ import annotations

from typing import Final
from xml.sax.saxutils import escape

from services.router.learning.figures import Figures

_MANY: Final = 30
_LONGEST: Final = 28
_HUE: Final = (20, 75, 140)
_WRONG: Final = (190, 60, 20)


def draw_confusion(figures: Figures, *, title: str) -> str:
    """Return an SVG: a cell is as dark as its share of the row, wrong ones in another hue; its count is told on it."""
    size = 26 if len(figures.labels) <= _MANY else 12
    font = 12 if len(figures.labels) <= _MANY else 9
    margin = 20 + min(_LONGEST, max(map(len, figures.labels))) * font * 6 // 10
    top = margin + 44
    side = size * len(figures.labels)
    width, height = max(margin + side + 20, 560), top + side + 20
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}" '
        f'font-family="sans-serif" font-size="{font}">',
        f'<rect width="{width}" height="{height}" fill="#fff"/>',
        f'<text x="10" y="20" font-size="15">{escape(title)}</text>',
        f'<text x="10" y="38" font-size="11" fill="#555">{_caption(figures)}</text>',
        *_names(figures, margin=margin, top=top, size=size),
        *_cells(figures, margin=margin, top=top, size=size, font=font),
        f'<rect x="{margin}" y="{top}" width="{side}" height="{side}" fill="none" stroke="#888"/>',
        "</svg>",
    ]
    return "\n".join(parts) + "\n"


def _caption(figures: Figures) -> str:
    return (
        f"truth down, answers across; {figures.texts} texts not trained on; macro-F1 {figures.macro_f1:.3f}, "
        f"accuracy {figures.accuracy:.3f}"
    )


def _names(figures: Figures, *, margin: int, top: int, size: int) -> list[str]:
    found = []
    for number, label in enumerate(figures.labels):
        name = escape(label if len(label) <= _LONGEST else label[: _LONGEST - 1] + "…")
        middle = number * size + size // 2
        found.append(f'<text x="{margin - 6}" y="{top + middle + 4}" text-anchor="end">{name}</text>')
        x, y = margin + middle + 4, top - 6
        found.append(f'<text x="{x}" y="{y}" transform="rotate(-90 {x} {y})">{name}</text>')
    return found


def _cells(figures: Figures, *, margin: int, top: int, size: int, font: int) -> list[str]:
    found = []
    rows = figures.confusion.tolist()
    for down, row in enumerate(rows):
        total = max(1, sum(row))
        for across, count in enumerate(row):
            if not count:
                continue
            share = count / total
            x, y = margin + across * size, top + down * size
            told = escape(f"{figures.labels[down]} → {figures.labels[across]}: {count} of {total}")
            found.append(
                f'<rect x="{x}" y="{y}" width="{size}" height="{size}" fill="{_colour(share, right=down == across)}">'
                f"<title>{told}</title></rect>"
            )
            if len(rows) <= _MANY:
                ink = "#fff" if share > 1 / 2 else "#222"
                place = f'x="{x + size // 2}" y="{y + size // 2 + 4}"'
                found.append(f'<text {place} text-anchor="middle" font-size="{font - 2}" fill="{ink}">{count}</text>')
    return found


def _colour(share: float, *, right: bool) -> str:
    full = _HUE if right else _WRONG
    strength = 0.15 + 0.85 * share
    return "#" + "".join(f"{round(255 + (part - 255) * strength):02x}" for part in full)
