"""Where in a database words stand: every column of every table of the three services is looked through."""

from __future__ import annotations

import re
from collections.abc import Mapping

import asyncpg

_PARTITION = re.compile(r"_\d{8}$")
_COLUMNS = """
    SELECT c.table_schema, c.table_name, c.column_name, c.udt_name
    FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
    WHERE c.table_schema IN ('ingest', 'router', 'responder') AND t.table_type = 'BASE TABLE'
"""


async def places_of(words: Mapping[str, str], *, database_url: str) -> dict[str, set[str]]:
    """Return for each of the words the columns (`schema.table.column`) that hold it, in any case."""
    connection = await asyncpg.connect(database_url)
    found: dict[str, set[str]] = {name: set() for name in words}
    try:
        for schema, table, column, kind in await connection.fetch(_COLUMNS):
            value = f"encode(\"{column}\", 'escape')" if kind == "bytea" else f'"{column}"::text'
            asked = f'SELECT {", ".join(_holds(value, n) for n in range(1, len(words) + 1))} FROM "{schema}"."{table}"'
            [row] = await connection.fetch(asked, *(f"%{word}%" for word in words.values()))
            for name, held in zip(words, row, strict=True):
                if held:
                    found[name].add(f"{schema}.{_PARTITION.sub('', table)}.{column}")
    finally:
        await connection.close()
    return found


def _holds(value: str, number: int) -> str:
    return f"coalesce(bool_or({value} ILIKE ${number}), false)"
