"""What reviews have in common, whoever publishes them."""

from __future__ import annotations

import hashlib


def edit_id(own_id: str, *words: str | None) -> str:
    """Return the id of an edit: its words tell two edits of one review apart, and a repetition not."""
    said = "\n".join(word or "" for word in words)
    return f"{own_id}#edit#{hashlib.sha256(said.encode('utf-8', 'surrogatepass')).hexdigest()[:16]}"


def stars_of(value: object, *, of: int = 5) -> int | None:
    """Return a number of stars, nothing for what cannot be one."""
    return value if isinstance(value, int) and not isinstance(value, bool) and 1 <= value <= of else None


def edited_text(stars: int | None, title: str | None, text: str | None) -> str:
    """Return a review as it stands after an edit: the stars, which often are what changed, before the words."""
    head = f"[{stars} of 5 stars]" if stars else "[a review that was edited]"
    return "\n".join(filter(None, (head, title, text)))
