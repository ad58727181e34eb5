"""What opening a web form takes."""

from __future__ import annotations

from typing import Annotated, Literal

import msgspec
from msgspec import Meta

Language = Literal["it", "en"]


class WebFormSettings(msgspec.Struct, frozen=True, kw_only=True):
    """The settings of a web form."""

    title: Annotated[str, Meta(min_length=1, max_length=120, description="The heading that customers see.")]
    languages: Annotated[
        tuple[Language, ...],
        Meta(min_length=1, max_length=10, description="The languages of the form, the first one when in doubt."),
    ] = ("en", "it")
    allowed_origins: Annotated[
        tuple[Annotated[str, Meta(pattern=r"^https?://[^\s/;,'\"]+$")], ...],
        Meta(max_length=50, description="Sites (https://shop.example) that may show the form inside their pages."),
    ] = ()
