"""Twilio's signature over the address and the fields.

Source: twilio.com/docs/usage/webhooks/webhooks-security. It covers the fields as decoded, not the bytes of the body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from collections.abc import Iterable, Sequence
from urllib.parse import parse_qs, parse_qsl, urlsplit, urlunsplit

Fields = Sequence[tuple[str, str]]

_FIELDS = 1_000
_PORTS = {"https": 443, "http": 80}


def fields_of(body: bytes) -> Fields:
    """Return the fields of a form-encoded body in their order; ValueError for more than 1000."""
    text = body.decode("utf-8", "surrogateescape")
    return parse_qsl(text, keep_blank_values=True, max_num_fields=_FIELDS, errors="surrogateescape")


def sign(token: str, *, url: str, fields: Fields = ()) -> str:
    """Return the signature of a request: the address, then each field's name and value, sorted, each pair once."""
    signed = url + "".join(name + value for name, value in sorted(set(fields)))
    mac = hmac.new(token.encode(), signed.encode("utf-8", "surrogateescape"), hashlib.sha1)
    return base64.b64encode(mac.digest()).decode()


def holds(tokens: Iterable[str], *, claimed: str, public_url: str, query: str, fields: Fields, body: bytes) -> bool:
    """Tell whether `claimed` is the signature of this request under one of the tokens.

    With `bodySHA256` in the query the body is signed by its hash and `fields` are not.
    """
    hashed = parse_qs(query, max_num_fields=_FIELDS).get("bodySHA256")
    if hashed is not None:
        if not hmac.compare_digest(hashed[0].lower().encode("utf-8", "replace"), _sha256(body)):
            return False
        fields = ()
    given = claimed.encode("utf-8", "surrogateescape")
    expected = [sign(t, url=u, fields=fields).encode() for t in tokens if t for u in addresses(public_url, query)]
    return any(hmac.compare_digest(given, one) for one in expected)


def _sha256(body: bytes) -> bytes:
    return hashlib.sha256(body).hexdigest().encode()


def addresses(public_url: str, query: str) -> list[str]:
    """Return the ways in which Twilio may have written our address: with the query or not, with the port or not."""
    parts = urlsplit(public_url)
    queries = dict.fromkeys([query, parts.query] if query else [parts.query])
    hosts = dict.fromkeys([parts.netloc, *_with_and_without_port(parts.scheme, parts.netloc)])
    return [urlunsplit((parts.scheme, h, parts.path, q, "")) for q in queries for h in hosts]


def _with_and_without_port(scheme: str, netloc: str) -> tuple[str, ...]:
    host, colon, port = netloc.rpartition(":")
    if colon and port.isdigit():
        return (host,)
    return (f"{netloc}:{_PORTS[scheme]}",) if scheme in _PORTS else ()
