"""A relay or a consumer as a process of its own: `python -m ...part_process relay|consumer URL BROKER PREFIX`."""

from __future__ import annotations

import asyncio
import sys

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from shared.messaging.tables import messaging_tables
from tests.integration.messaging.desk import SCHEMA, Desk, Handler


async def main(part: str, url: str, bootstrap_servers: str, prefix: str) -> None:
    """Run until killed."""
    engine = create_async_engine(url)
    desk = Desk(
        engine=engine,
        looking=engine,
        tables=messaging_tables(MetaData(schema=SCHEMA)),
        bootstrap_servers=bootstrap_servers,
        prefix=prefix,
    )
    await (desk.relay() if part == "relay" else desk.consumer(Handler(), batch_size=100)).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
