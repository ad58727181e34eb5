"""Tells figures: as lines for a person, as JSON for a program, and as a picture."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Final

from services.router.learning.figures import Figures
from services.router.learning.picture import draw_confusion

_WORST: Final = 5


def write_report(figures: Figures, *, facts: dict[str, object], table: Path, picture: Path, title: str) -> None:
    """Write the figures as JSON beside what else is to be said of them, and the confusion matrix as SVG."""
    shares = {
        name: round(getattr(figures, name), 6)
        for name in ("macro_f1", "accuracy", "calibration_error", "precision", "coverage", "sure", "right_when_sure")
    }
    content = {
        **facts,
        "texts": figures.texts,
        **shares,
        "labels": [
            {
                "label": one.label,
                "texts": one.texts,
                "precision": round(one.precision, 6),
                "recall": round(one.recall, 6),
                "f1": round(one.f1, 6),
            }
            for one in figures.by_label
        ],
        "confusion": figures.confusion.tolist(),
    }
    table.write_text(json.dumps(content, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    picture.write_text(draw_confusion(figures, title=title), encoding="utf-8")


def lines(figures: Figures) -> list[str]:
    """Return the figures as a person reads them."""
    worst = sorted((one for one in figures.by_label if one.texts), key=lambda one: one.f1)[:_WORST]
    return [
        f"macro-F1                    {figures.macro_f1:.3f}",
        f"accuracy                    {figures.accuracy:.3f}",
        f"expected calibration error  {figures.calibration_error:.3f}",
        f"coverage at {figures.precision:.0%} precision   {figures.coverage:.1%}",
        f"sure of                     {figures.sure:.1%} of the texts, right on {figures.right_when_sure:.1%} of those",
        "hardest                     " + ", ".join(f"{one.label} {one.f1:.2f}" for one in worst),
    ]
