"""A review as Apple writes it. Source: developer.apple.com, "CustomerReview"."""

from __future__ import annotations

from datetime import datetime

from shared.vendor.payloads import moment, text_of
from shared.vendor.reviews import Review, stars_of


def review_in(written: object, *, received_at: datetime) -> Review | None:
    """Return the review; nothing where it has no id or says nothing of itself."""
    told = written if isinstance(written, dict) else {}
    own_id, said = text_of(told.get("id")), told.get("attributes")
    if own_id is None or not isinstance(said, dict):
        return None
    territory = text_of(said.get("territory"))
    return Review(
        own_id=own_id,
        author=text_of(said.get("reviewerNickname")),
        title=text_of(said.get("title")),
        text=text_of(said.get("body")) or "",
        stars=stars_of(said.get("rating")),
        at=moment(said.get("createdDate"), received_at=received_at),
        metadata={"territory": territory} if territory else {},
    )
