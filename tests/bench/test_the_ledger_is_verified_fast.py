"""`ascolto ledger verify` over a ledger in which complaints have lived their lives: how many a second it recomputes."""

from __future__ import annotations

import json
import os
import subprocess
import sys

import pytest

from tests.bench.ledger_fill import fill
from tests.bench.report import Report
from tests.bench.sizes import Sizes
from tests.bench.table import Figure
from tests.support.run import CHECKOUT
from tests.support.waiting import outside_loop

pytestmark = pytest.mark.bench

_PROCESSES = 2


@pytest.fixture
def entries(database_url: str, sizes: Sizes) -> int:
    """A filled database; how many entries its ledger has."""
    return outside_loop(fill(database_url, complaints=sizes.ledger))


def test_the_ledger_is_verified_fast(entries: int, database_url: str, report: Report, sizes: Sizes) -> None:
    rates, of_entries, seconds = [], [], []
    for _ in range(sizes.rounds):
        told = json.loads(_verified(database_url))
        assert (told["complaints"], told["entries"], told["differences"]) == (sizes.ledger, entries, [])
        rates.append(told["complaints"] / told["seconds"])
        of_entries.append(told["entries"] / told["seconds"])
        seconds.append(told["seconds"])
    report.add(
        Figure(
            measure="ledger verify, complaints/s",
            values=rates,
            must=1_000,
            aim=20_000,
            note=f"{sizes.ledger:,} complaints with {entries / sizes.ledger:.1f} entries each, chain, state, clocks, "
            f"steps and counters recomputed by {_PROCESSES} processes beside the database, their start included",
            parts={"entries, 1/s": of_entries, "whole run, s": seconds},
        )
    )


def _verified(database_url: str) -> str:
    done = subprocess.run(
        [sys.executable, "-m", "deploy.cli", "ledger", "verify", "--json", "--processes", str(_PROCESSES)],
        cwd=CHECKOUT,
        env=os.environ | {"DATABASE_URL": database_url},
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout
