"""The responder as a process of its own, for tests that end it by force."""

from __future__ import annotations

import asyncio
import os
import socket
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from services.responder.settings import ResponderSettings


@asynccontextmanager
async def responder_process(
    settings: ResponderSettings, *, fault: str = ""
) -> AsyncIterator[tuple[asyncio.subprocess.Process, str]]:
    """Run the responder as a process and give it and its address."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = str(listener.getsockname()[1])
    environment = os.environ | {
        "DATABASE_URL": settings.database_url,
        "KAFKA_BOOTSTRAP_SERVERS": settings.kafka_bootstrap_servers,
        "ASCOLTO_TOPIC_PREFIX": settings.topic_prefix,
        "ASCOLTO_HOUSE_KEY": settings.house_key or "",
        "ASCOLTO_INGEST_URL": settings.ingest_url,
        "ASCOLTO_ROUTER_URL": settings.router_url,
        "ASCOLTO_ALLOW_PRIVATE_TARGETS": "true",
        "ASCOLTO_FAULT": fault,
    }
    command = ["-m", "uvicorn", "services.responder.app:create", "--factory", "--port", port, "--loop", "uvloop"]
    process = await asyncio.create_subprocess_exec(
        sys.executable, *command, env=environment, stdout=asyncio.subprocess.DEVNULL, stderr=asyncio.subprocess.DEVNULL
    )
    try:
        yield process, f"http://127.0.0.1:{port}"
    finally:
        if process.returncode is None:
            process.kill()
        await process.wait()
