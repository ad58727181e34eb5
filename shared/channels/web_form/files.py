"""The files of a form: their number, their size, and what they really are."""

from __future__ import annotations

import re
from collections.abc import Sequence

import puremagic

from shared.channel.inbound import InboundAttachment
from shared.channels.web_form.bodies import PostedFile
from shared.contracts.complaint import BYTES_LIMIT, FILE_LIMIT

_SEEN = 64 * 1024
_TEXT = ("text/plain", "text/csv")
_UNFIT = re.compile(r"[\x00-\x1f\x7f/\\]+")


def wrong_files(files: Sequence[PostedFile]) -> list[tuple[str, str]]:
    """Return what is wrong with the files, if anything."""
    if len(files) > FILE_LIMIT:
        return [("/attachments", f"at most {FILE_LIMIT} files")]
    if sum(len(f.content) for f in files) > BYTES_LIMIT:
        return [("/attachments", f"at most {BYTES_LIMIT // 1024**2} MiB in all")]
    return []


def attachments(files: Sequence[PostedFile]) -> tuple[InboundAttachment, ...]:
    """Return the files under clean names and the type that their bytes show; a browser's word is not believed."""
    return tuple(_attachment(file) for file in files)


def _attachment(file: PostedFile) -> InboundAttachment:
    found = _sniffed(file)
    differs = bool(file.media_type) and found != file.media_type
    return InboundAttachment(
        name=_UNFIT.sub("_", file.name.replace("\\", "/").rpartition("/")[2]).strip(" .")[-200:] or "file",
        media_type=found,
        content=file.content,
        note="the browser called it something else" if differs else None,
    )


def _sniffed(file: PostedFile) -> str:
    try:
        found = str(puremagic.from_string(file.content[:_SEEN], mime=True))
    except (puremagic.PureError, ValueError):
        found = ""
    if found:
        return found
    is_text = file.media_type in _TEXT and b"\x00" not in file.content[:_SEEN]
    return file.media_type if is_text else "application/octet-stream"
