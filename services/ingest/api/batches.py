"""Cuts a batch into its lines, without reading any of them."""

from __future__ import annotations

import msgspec

from shared.web.problems import Problem

_ARRAY = msgspec.json.Decoder(list[msgspec.Raw])


def lines_of(body: bytes, *, ndjson: bool) -> list[bytes]:
    """Return the JSON objects of an NDJSON body or of a JSON array; a 400 when it is neither."""
    if ndjson or body.lstrip()[:1] == b"{":
        return [line for line in body.splitlines() if line.strip()]
    try:
        return [bytes(raw) for raw in _ARRAY.decode(body)]
    except (msgspec.MsgspecError, RecursionError, UnicodeDecodeError):
        raise Problem(
            status=400,
            title="Not a batch",
            detail="send a JSON array of complaints, or one complaint a line as application/x-ndjson",
        ) from None
