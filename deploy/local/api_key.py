"""The first API key: the one of the last run while it still opens the doors, else a new one."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Mapping

import httpx

from deploy.local import environment
from deploy.local.faults import CannotGoOn
from deploy.local.layout import Layout
from deploy.local.services import CHECKOUT
from deploy.local.strays import marked


def existing(layout: Layout, ingest_url: str) -> str | None:
    """Return the last run's key if this house still knows it."""
    key = environment.read(layout).get("ASCOLTO_API_KEY")
    if not key:
        return None
    try:
        answer = httpx.get(
            f"{ingest_url}/v1/accounts", headers={"Authorization": f"Bearer {key}"}, timeout=10, trust_env=False
        )
    except httpx.HTTPError:
        return None
    return key if answer.status_code == 200 else None


def new(services: Mapping[str, str], layout: Layout, *, label: str = "make run") -> str:
    """Make a key with every scope and return it; it is shown nowhere else."""
    made = subprocess.run(
        [sys.executable, "-m", "services.ingest.bootstrap", "--api-key", label],
        env=marked(services, run_folder=layout.run),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode or not made.stdout.strip():
        log = layout.log / "bootstrap.log"
        log.write_text(made.stderr)
        raise CannotGoOn(
            "The first API key could not be made",
            why=(made.stderr.strip().splitlines() or ["it said nothing"])[-1],
            mend="mend what the log names, then run again",
            log=log,
        )
    return made.stdout.strip().splitlines()[-1]
