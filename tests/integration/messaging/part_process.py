"""A relay or a consumer as a process: `python -m ...part_process relay|consumer URL BROKER PREFIX [OPTIONS]`.

OPTIONS is JSON for a consumer: `session_s`, and `kafka` for the client.
"""

from __future__ import annotations

import asyncio
import json
import sys
from datetime import timedelta

from sqlalchemy import MetaData
from sqlalchemy.ext.asyncio import create_async_engine

from shared.messaging.tables import messaging_tables
from tests.integration.messaging.desk import SCHEMA, Desk, Handler


async def main(part: str, url: str, bootstrap_servers: str, prefix: str, options: str = "{}") -> None:
    """Run until killed."""
    engine = create_async_engine(url)
    desk = Desk(
        engine=engine,
        looking=engine,
        tables=messaging_tables(MetaData(schema=SCHEMA)),
        bootstrap_servers=bootstrap_servers,
        prefix=prefix,
    )
    given = json.loads(options)
    session = timedelta(seconds=given.get("session_s", 6))
    consumer = desk.consumer(Handler(), batch_size=100, session=session, kafka_options=given.get("kafka"))
    print("up", flush=True)  # noqa: T201 - to whoever started it
    await (desk.relay() if part == "relay" else consumer).run()


if __name__ == "__main__":
    asyncio.run(main(*sys.argv[1:]))
