"""Ways to take a database its room, and to give it back; which of them go depends on what the machine allows.

A disk that is truly full needs a small file system, and mounting one needs root. Where that is not allowed, each write
is refused by a trigger with the code that PostgreSQL gives for a full disk (53100): for what asks the database it is
the same answer, but the server itself never stumbles. A third way is a server that only reads, as after a failover.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from urllib.parse import urlsplit

import asyncpg
import pytest

_SCHEMAS = ("ingest", "router", "responder")


@contextmanager
def small_disk(*, megabytes: int) -> Iterator[Path]:
    """A file system of this size, gone afterwards; the test is skipped, and says so, where none may be mounted."""
    place = Path(tempfile.mkdtemp(prefix="ascolto-small-disk-"))
    place.chmod(0o755)
    command = ["mount", "-t", "tmpfs", "-o", f"size={megabytes}m,mode=0755", "ascolto-test", str(place)]
    try:
        mounted = subprocess.run(command, capture_output=True, text=True, check=False)
    except OSError as missing:
        mounted = subprocess.CompletedProcess(command, 1, "", str(missing))
    if mounted.returncode:
        place.rmdir()
        pytest.skip(f"no file system may be mounted here: {mounted.stderr.strip()}")
    try:
        yield place
    finally:
        with suppress(OSError):
            subprocess.run(["umount", "--lazy", str(place)], capture_output=True, check=True)
        shutil.rmtree(place, ignore_errors=True)


def fill(place: Path) -> None:
    """Take what room is left, to the last byte."""
    with (place / "ballast").open("ab", buffering=0) as ballast, suppress(OSError):
        while True:
            ballast.write(b"\0" * 65536)


def make_room(place: Path) -> None:
    """Give it back."""
    (place / "ballast").unlink(missing_ok=True)


def left_mb(place: Path) -> float:
    """Tell how much room there is."""
    found = os.statvfs(place)
    return found.f_bavail * found.f_frsize / (1024 * 1024)


async def refuse_writes(url: str) -> None:
    """Answer every insert and update of the three services with 53100 from now on."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        await connection.execute(
            "CREATE FUNCTION public.no_room() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN "
            "RAISE EXCEPTION 'could not extend file: No space left on device' USING ERRCODE = '53100'; END $$"
        )
        for table in await _tables(connection):
            await connection.execute(
                f"CREATE TRIGGER no_room BEFORE INSERT OR UPDATE ON {table} "
                "FOR EACH STATEMENT EXECUTE FUNCTION public.no_room()"
            )
    finally:
        await connection.close()


async def take_writes(url: str) -> None:
    """Let them through again."""
    connection = await asyncpg.connect(url, timeout=10)
    try:
        for table in await _tables(connection):
            await connection.execute(f"DROP TRIGGER IF EXISTS no_room ON {table}")
        await connection.execute("DROP FUNCTION IF EXISTS public.no_room()")
    finally:
        await connection.close()


async def only_read(url: str, *, admin_url: str, only: bool) -> None:
    """Make new sessions of a database read-only, or not, and end those that there are."""
    name = urlsplit(url).path[1:]
    connection = await asyncpg.connect(admin_url, timeout=10)
    try:
        await connection.execute(
            f'ALTER DATABASE "{name}" SET default_transaction_read_only = {"on" if only else "off"}'
        )
        await connection.execute(
            "SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = $1 AND pid <> pg_backend_pid()",
            name,
        )
    finally:
        await connection.close()


async def _tables(connection: asyncpg.Connection) -> list[str]:
    found = await connection.fetch(
        "SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = ANY($1::text[]) "
        "AND NOT EXISTS (SELECT FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE n.nspname = schemaname AND c.relname = tablename AND c.relispartition) ORDER BY 1",
        list(_SCHEMAS),
    )
    return [row["name"] for row in found]
