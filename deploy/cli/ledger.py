"""`ascolto ledger verify`: recomputes everything from the ledger and names each difference."""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import sys
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from typing import Final
from uuid import UUID

import asyncpg

from deploy.cli.ledger_hands import Found, in_part, parts, reading, recomputed
from deploy.local import environment
from deploy.local.layout import here
from services.responder.store.ledger import FIRST, LAST, chained_since, complaint_of, count, read_levels
from services.responder.usecases.audit_ledger import levels_that_differ

_WIDTH: Final = 30


def add_to(subparsers: argparse._SubParsersAction[argparse.ArgumentParser]) -> None:
    """Add `ledger` with what can be done with it."""
    parser = subparsers.add_parser("ledger", help="look at the ledger of all complaints")
    actions = parser.add_subparsers(metavar="action", required=True)
    verify = actions.add_parser(
        "verify",
        help="recompute chain, state, clocks, steps and counters, and name each difference",
        description="Reads the whole ledger at one instant, while everything runs, and recomputes what is derived from "
        "it. Ends with 0 if all is as the ledger says, with 1 if anything differs, with 2 if it could not be read. "
        "The database is DATABASE_URL, or the one that `make run` started.",
    )
    verify.add_argument("--reference", help="one complaint alone, without the counters of its queue")
    verify.add_argument("--json", action="store_true", help="write one JSON object instead of lines")
    verify.add_argument("--processes", type=_processes, default=os.cpu_count() or 1, metavar="N", help="default: cores")
    verify.set_defaults(run=run)


def run(arguments: argparse.Namespace) -> int:
    """Verify, tell, and return the exit code."""
    url = os.environ.get("DATABASE_URL") or environment.read(here()).get("DATABASE_URL")
    if not url:
        return _not_read("DATABASE_URL is not set, and `make run` has left no database here")
    url = url.replace("+asyncpg", "", 1)
    try:
        if arguments.reference:
            verified = asyncio.run(_one(url, arguments.reference))
        else:
            verified = asyncio.run(_all(url, hands=arguments.processes))
    except LookupError as error:
        return _not_read(str(error))
    except (OSError, TimeoutError, asyncpg.PostgresError, asyncpg.InterfaceError) as error:
        return _not_read(f"the database could not be read: {type(error).__name__}: {error}")
    (_tell_json if arguments.json else _tell)(verified)
    return 1 if verified.found.differences else 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Verified:
    """What came of it; `began` tells of entries that are older than the chain."""

    found: Found
    began: str | None
    seconds: float


async def _all(url: str, *, hands: int) -> Verified:
    since = time.monotonic()
    async with reading(url) as fetch:
        snapshot = (await fetch("SELECT pg_export_snapshot()", ()))[0][0]
        complaints = await count(fetch)
        found, show = Found(), _bar(complaints)
        of = parts(complaints, hands=hands)
        if len(of) == 1:
            found.add(await in_part(fetch, after=FIRST, until=LAST))
        else:
            # The connection only holds the snapshot meanwhile: nothing else of this process needs the loop.
            for part in recomputed(url, snapshot=snapshot, of=of, hands=min(hands, len(of))):
                found.add(part)
                show(found.complaints)
        found.differences += levels_that_differ(await read_levels(fetch), found.recount)
        return Verified(found=found, began=await chained_since(fetch), seconds=time.monotonic() - since)


async def _one(url: str, reference: str) -> Verified:
    since = time.monotonic()
    async with reading(url) as fetch:
        complaint = await complaint_of(fetch, reference)
        if complaint is None:
            raise LookupError(f"no complaint has the reference {reference}")
        found = await in_part(fetch, after=UUID(int=complaint.int - 1), until=UUID(int=complaint.int))
        return Verified(found=found, began=await chained_since(fetch), seconds=time.monotonic() - since)


def _tell(verified: Verified) -> None:
    found = verified.found
    for difference in sorted(found.differences, key=lambda d: d.of):
        print(difference)
    pace = f"{found.complaints / verified.seconds:,.0f} complaints/s" if verified.seconds else "at once"
    print(f"{found.complaints:,} complaints with {found.entries:,} entries in {verified.seconds:.1f} s, {pace}")
    if verified.began:
        print(f"note: {verified.began}")
    named = len({difference.of for difference in found.differences})
    print(f"{len(found.differences):,} differences in {named:,} places" if named else "all is as the ledger says")


def _tell_json(verified: Verified) -> None:
    found = verified.found
    print(
        json.dumps(
            {
                "verified": not found.differences,
                "complaints": found.complaints,
                "entries": found.entries,
                "seconds": round(verified.seconds, 3),
                "chain_began": verified.began,
                "differences": [asdict(one) for one in sorted(found.differences, key=lambda d: d.of)],
            },
            ensure_ascii=False,
            indent=1,
        )
    )


def _bar(complaints: int) -> Callable[[int], None]:
    """Return what shows how far it is, where somebody is looking."""
    since = time.monotonic()

    def show(done: int) -> None:
        passed = time.monotonic() - since
        full = _WIDTH * done // max(complaints, done, 1)
        left = f", {passed * (complaints - done) / done:.0f} s left" if 0 < done < complaints else " " * 12
        bar = "#" * full + "." * (_WIDTH - full)
        line = f"\r[{bar}] {done:,} of {complaints:,}, {done / max(passed, 0.001):,.0f}/s{left}"
        print(line, end="\n" if done >= complaints else "", file=sys.stderr, flush=True)

    return show if sys.stderr.isatty() else lambda _done: None


def _processes(text: str) -> int:
    number = int(text)
    if not 1 <= number <= 64:
        raise argparse.ArgumentTypeError("between 1 and 64")
    return number


def _not_read(why: str) -> int:
    print(why, file=sys.stderr)
    return 2
