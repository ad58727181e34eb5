"""Who may call: API keys with scopes, and the other services of the house."""

from __future__ import annotations

import hmac
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Annotated, Literal, Protocol, get_args

from fastapi import Request, Security
from fastapi.security import HTTPAuthorizationCredentials, HTTPBearer

from shared.clock import Clock, SystemClock
from shared.web.problems import Problem
from shared.web.sessions import Sessions

Scope = Literal[
    "complaints:write", "complaints:read", "complaints:act",
    "accounts:admin", "deliveries:admin", "rulebook:admin", "webhooks:admin", "ops:read",
]  # fmt: skip
SCOPES: tuple[Scope, ...] = get_args(Scope)

_bearer = HTTPBearer(auto_error=False, description="An API key: ascolto_<id>_<secret>")


@dataclass(frozen=True, slots=True, kw_only=True)
class Principal:
    """Who calls: the id of a key (never its secret) and what it may do."""

    key_id: str
    scopes: frozenset[str]


HOUSE = Principal(key_id="service", scopes=frozenset(SCOPES))


class KeyRing(Protocol):
    """Knows the API keys."""

    async def principal(self, key: str) -> Principal | None:
        """Return whose key this is; None when it is nobody's or was revoked."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class Access:
    """What the application keeps to tell callers apart; `app.state.access`."""

    keys: KeyRing
    service_token: str
    sessions: Sessions | None = None
    clock: Clock = field(default_factory=SystemClock)


async def identify(request: Request) -> Principal:
    """Return who calls; a 401 when nobody we know."""
    access: Access = request.app.state.access
    credential = _bearer_of(request) or _session_of(request, access)
    if not credential:
        raise _unknown("send `Authorization: Bearer <api key>`")
    if hmac.compare_digest(credential.encode("latin-1", "replace"), access.service_token.encode()):
        return HOUSE
    principal = await access.keys.principal(credential)
    if principal is None:
        raise _unknown("this API key is unknown or revoked")
    return principal


def _bearer_of(request: Request) -> str | None:
    scheme, _, credential = request.headers.get("authorization", "").partition(" ")
    return credential.strip() if scheme.lower() == "bearer" else None


def _session_of(request: Request, access: Access) -> str | None:
    return access.sessions.key(request, now=access.clock.now()) if access.sessions else None


async def authorize(request: Request, scope: Scope) -> Principal:
    """Return who calls if they hold the scope; 401 or 403 otherwise."""
    principal = await identify(request)
    if scope not in principal.scopes:
        raise Problem(status=403, detail=f"this API key lacks the scope {scope}")
    return principal


def require(scope: Scope) -> Callable[..., Awaitable[Principal]]:
    """Return a dependency that lets only holders of the scope pass."""

    async def holder(
        request: Request, _documented: Annotated[HTTPAuthorizationCredentials | None, Security(_bearer)] = None
    ) -> Principal:
        return await authorize(request, scope)

    return holder


async def house_only(request: Request) -> None:
    """Let only the house's own services pass: their routes do not exist for others."""
    if (await identify(request)) is not HOUSE:
        raise Problem(status=404, detail="nothing is here")


def _unknown(detail: str) -> Problem:
    return Problem(status=401, detail=detail, headers={"WWW-Authenticate": "Bearer"})
