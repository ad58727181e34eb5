"""A review as Google Play writes it. Source: developers.google.com, "REST resource: reviews"."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.vendor.payloads import instant, text_of
from shared.vendor.reviews import Review, stars_of

_TELLING = ("appVersionName", "appVersionCode", "androidOsVersion", "device")


def review_in(written: object, *, received_at: datetime) -> Review | None:
    """Return the review; nothing where it has no id or nobody's comment."""
    told = written if isinstance(written, dict) else {}
    own_id, said = text_of(told.get("reviewId")), _comment(told)
    if own_id is None or said is None:
        return None
    modified = said.get("lastModified")
    seconds = modified.get("seconds") if isinstance(modified, dict) else None
    found = {name: text_of(said.get(name)) for name in _TELLING}
    return Review(
        own_id=own_id,
        author=text_of(told.get("authorName")),
        # Google parts a title from the words by a tab.
        text=(text_of(said.get("text")) or "").replace("\t", "\n").strip(),
        stars=stars_of(said.get("starRating")),
        at=instant(seconds, received_at=received_at),
        language=text_of(said.get("reviewerLanguage")),
        metadata={name: value for name, value in found.items() if value},
    )


def _comment(told: Mapping[str, Any]) -> dict[str, Any] | None:
    comments = told.get("comments")
    for comment in comments if isinstance(comments, list) else []:
        said = comment.get("userComment") if isinstance(comment, dict) else None
        if isinstance(said, dict):
            return said
    return None
