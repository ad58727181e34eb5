"""The body of a posted form as words; how its bytes are taken apart stands in `shared/vendor/forms.py`."""

from __future__ import annotations

from dataclasses import dataclass, field

from shared.channel.delivery import Delivery
from shared.vendor.forms import FormUnreadable
from shared.vendor.forms import read_form as read_bytes

__all__ = ["FormUnreadable", "PostedFile", "PostedForm", "read_form"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PostedFile:
    """A file as the browser sent it; name and type are claims."""

    name: str
    media_type: str
    content: bytes


@dataclass(slots=True, kw_only=True)
class PostedForm:
    """The fields (the last of a name wins) and the files."""

    values: dict[str, str] = field(default_factory=dict)
    files: list[PostedFile] = field(default_factory=list)


def read_form(delivery: Delivery) -> PostedForm:
    """Return what was posted; `FormUnreadable` says why nothing was."""
    posted = read_bytes(delivery, undeclared=True)
    return PostedForm(
        values={name: _words(value) for name, value in posted.values.items()},
        files=[PostedFile(name=_words(f.name), media_type=f.media_type, content=f.content) for f in posted.files],
    )


def _words(raw: bytes) -> str:
    """Decode as the page asks for it; an old browser's Windows-1252 is better than a refusal."""
    try:
        return raw.decode()
    except UnicodeDecodeError:
        return raw.decode("cp1252", "replace")
