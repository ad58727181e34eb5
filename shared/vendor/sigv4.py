"""AWS Signature Version 4. Source: docs.aws.amazon.com/IAM, "Create a signed AWS API request"."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import quote, urlsplit

_ALGORITHM = "AWS4-HMAC-SHA256"


@dataclass(frozen=True, slots=True, kw_only=True)
class AwsKey:
    """An access key, and where it is used."""

    key_id: str
    secret: str = field(repr=False)
    region: str
    service: str


def signed_headers(
    method: str, url: str, *, key: AwsKey, now: datetime, body: bytes = b"", headers: Mapping[str, str] | None = None
) -> dict[str, str]:
    """Return the headers of a signed request, those given among them; the address has no query.

    Each service but S3 wants the path encoded twice; S3 wants the hash of the body as a header.
    """
    parts = urlsplit(url)
    at = now.astimezone(UTC).strftime("%Y%m%dT%H%M%SZ")
    digest = hashlib.sha256(body).hexdigest()
    named = {name.lower(): value for name, value in (headers or {}).items()}
    named |= {"host": parts.netloc, "x-amz-date": at}
    if key.service == "s3":
        named["x-amz-content-sha256"] = digest
    names = ";".join(sorted(named))
    path = parts.path or "/"
    lines = [f"{name}:{' '.join(named[name].split())}" for name in sorted(named)]
    request = [method, path if key.service == "s3" else quote(path), "", *lines, "", names, digest]
    scope = f"{at[:8]}/{key.region}/{key.service}/aws4_request"
    hashed = hashlib.sha256("\n".join(request).encode()).hexdigest()
    mac = hmac.digest(_derived(key, at[:8]), "\n".join((_ALGORITHM, at, scope, hashed)).encode(), "sha256").hex()
    named["authorization"] = f"{_ALGORITHM} Credential={key.key_id}/{scope}, SignedHeaders={names}, Signature={mac}"
    return named


def _derived(key: AwsKey, day: str) -> bytes:
    derived = f"AWS4{key.secret}".encode()
    for step in (day, key.region, key.service, "aws4_request"):
        derived = hmac.digest(derived, step.encode(), "sha256")
    return derived
