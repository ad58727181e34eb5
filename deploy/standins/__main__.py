"""`python -m deploy.standins --http-port N --smtp-port N --imap-port N`: all in one process, on loopback alone."""

from __future__ import annotations

import argparse
import asyncio

import uvicorn
from fastapi import FastAPI

from deploy.standins.kept import Kept
from deploy.standins.mailbox import Mailbox, serve
from deploy.standins.page import page_routes
from deploy.standins.relay import Relay
from deploy.standins.vendors import vendor_routes
from shared.clock import SystemClock

_LOOPBACK = "127.0.0.1"


def application(kept: Kept) -> FastAPI:
    """Return the HTTP half: the page first, the vendors' paths after it."""
    app = FastAPI(title="Stand-ins of Ascolto", openapi_url=None)
    app.include_router(page_routes(kept=kept))
    app.include_router(vendor_routes(kept=kept, clock=SystemClock()))
    return app


async def main(*, http_port: int, smtp_port: int, imap_port: int) -> None:
    """Serve until told to stop."""
    kept, clock = Kept(), SystemClock()
    mailbox = Mailbox(clock=clock, validity=int(clock.now().timestamp()))
    relay = Relay(kept=kept, mailbox=mailbox, clock=clock)
    smtp = await asyncio.get_running_loop().create_server(relay, _LOOPBACK, smtp_port)
    config = uvicorn.Config(
        application(kept), host=_LOOPBACK, port=http_port, access_log=False, timeout_graceful_shutdown=2
    )
    imap = await serve(mailbox, host=_LOOPBACK, port=imap_port)
    try:
        await uvicorn.Server(config).serve()
    finally:  # not `async with`: that waits for a reader that idles
        smtp.close()
        imap.close()


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description=__doc__)
    for name in ("--http-port", "--smtp-port", "--imap-port"):
        parser.add_argument(name, type=int, required=True)
    chosen = parser.parse_args()
    asyncio.run(main(http_port=chosen.http_port, smtp_port=chosen.smtp_port, imap_port=chosen.imap_port))
