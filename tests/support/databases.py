"""Databases for tests: a template migrated once, copied for each test."""

from __future__ import annotations

import hashlib
import secrets
from urllib.parse import urlsplit, urlunsplit

import asyncpg

from shared.migrations import migrate
from tests.support.run import CHECKOUT

_LOCK = 7_310_527


async def empty(*, admin_url: str) -> str:
    """Make an empty database and return its URL."""
    name = f"test_{secrets.token_hex(6)}"
    await _execute(admin_url, f'CREATE DATABASE "{name}"')
    return _named(admin_url, name)


async def migrated(*, admin_url: str) -> str:
    """Make a database in which every service's schema is at its newest version and return its URL."""
    template = await _template(admin_url)
    name = f"test_{secrets.token_hex(6)}"
    await _execute(admin_url, f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
    return _named(admin_url, name)


async def drop(*, admin_url: str, url: str) -> None:
    """Drop a database, its connections too."""
    await _execute(admin_url, f'DROP DATABASE IF EXISTS "{urlsplit(url).path[1:]}" WITH (FORCE)')


async def _template(admin_url: str) -> str:
    """One template for each state of the migrations; who comes first makes it, the others wait."""
    name = f"template_{_fingerprint()}"
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute("SELECT pg_advisory_lock($1)", _LOCK)
        if not await connection.fetchval("SELECT 1 FROM pg_database WHERE datname = $1", name):
            draft = f"{name}_making"
            await connection.execute(f'DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)')
            await connection.execute(f'CREATE DATABASE "{draft}"')
            for service in _services():
                await migrate(url=_named(admin_url, draft), service=service)
            await connection.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"')
    finally:
        await connection.close()
    return name


def _services() -> list[str]:
    """The services whose first migration is written."""
    return sorted({file.parents[3].name for file in CHECKOUT.glob("services/*/store/migrations/versions/*.py")})


def _fingerprint() -> str:
    files = [*CHECKOUT.glob("services/*/store/**/*.py"), *CHECKOUT.glob("shared/messaging/*.py")]
    digest = hashlib.sha256()
    for file in sorted([*files, CHECKOUT / "shared/migrations.py"]):
        digest.update(str(file.relative_to(CHECKOUT)).encode() + file.read_bytes())
    return digest.hexdigest()[:16]


async def _execute(admin_url: str, statement: str) -> None:
    connection = await asyncpg.connect(admin_url)
    try:
        await connection.execute(statement)
    finally:
        await connection.close()


def _named(admin_url: str, name: str) -> str:
    return urlunsplit(urlsplit(admin_url)._replace(path=f"/{name}"))
