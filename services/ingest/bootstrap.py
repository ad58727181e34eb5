"""Makes a first API key: `python -m services.ingest.bootstrap --api-key LABEL` prints it, once."""

from __future__ import annotations

import argparse
import asyncio
import sys

from services.ingest.settings import IngestSettings
from services.ingest.usecases.api_keys import ApiKeys
from shared.clock import SystemClock
from shared.web.access import SCOPES
from shared.web.database import new_engine


async def make_key(label: str) -> str:
    """Store a key with every scope and return it."""
    settings = IngestSettings()  # type: ignore[call-arg]  # the environment gives what is missing
    engine = new_engine(settings.async_url, pool=1, application="ascolto-bootstrap")
    try:
        _, key = await ApiKeys(engine=engine, clock=SystemClock()).make(label=label, scopes=SCOPES)
    finally:
        await engine.dispose()
    return key


def main() -> None:
    """Print a new key."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--api-key", metavar="LABEL", required=True, help="whose key it is, for the list of keys")
    sys.stdout.write(asyncio.run(make_key(parser.parse_args().api_key)) + "\n")


if __name__ == "__main__":
    main()
