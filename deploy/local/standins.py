"""The stand-ins for relay and vendors as a process of the local stack."""

from __future__ import annotations

import os
import sys
import time
from dataclasses import dataclass
from pathlib import Path

from deploy.local import ports, processes
from deploy.local.faults import CannotGoOn, tail
from deploy.local.services import CHECKOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class StandIns:
    """Where they listen."""

    http_port: int
    smtp_port: int
    imap_port: int
    run_folder: Path
    log: Path

    @property
    def url(self) -> str:
        """The vendors' API and the page that shows what was sent."""
        return f"http://{ports.LOOPBACK}:{self.http_port}"

    @property
    def relay_url(self) -> str:
        """The mail relay."""
        return f"smtp://{ports.LOOPBACK}:{self.smtp_port}"


def start(standins: StandIns, *, within_s: float = 20.0) -> processes.Running:
    """Start them; their ports answer when this returns."""
    command = [sys.executable, "-m", "deploy.standins",
               "--http-port", str(standins.http_port), "--smtp-port", str(standins.smtp_port),
               "--imap-port", str(standins.imap_port)]  # fmt: skip
    running = processes.start(
        processes.Program(
            name="standins", command=command, log=standins.log, environment=dict(os.environ), folder=CHECKOUT
        ),
        run_folder=standins.run_folder,
    )
    deadline = time.monotonic() + within_s
    while not all(map(ports.answers, (standins.http_port, standins.smtp_port, standins.imap_port))):
        if not processes.is_alive(running) or time.monotonic() > deadline:
            processes.stop(running, run_folder=standins.run_folder, within_s=2)
            raise CannotGoOn(
                "The stand-ins for mail relay and vendors do not start",
                why=tail(standins.log),
                mend="mend what the log names, then run again",
                log=standins.log,
            )
        time.sleep(0.05)
    return running
