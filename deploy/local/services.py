"""The three services as processes: how each is started, told of the others, and known to be ready."""

from __future__ import annotations

import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import httpx

from deploy.local import ports, processes
from deploy.local.faults import CannotGoOn, tail

NAMES = ("ingest", "router", "responder")
CHECKOUT = Path(__file__).resolve().parents[2]


@dataclass(frozen=True, slots=True, kw_only=True)
class Services:
    """Where the three listen and what they are told; `environment` is whole, nothing is added to it."""

    ports: Mapping[str, int]
    environment: Mapping[str, str]
    run_folder: Path
    log_folder: Path

    def url(self, name: str) -> str:
        """Return the address of one service."""
        return f"http://{ports.LOOPBACK}:{self.ports[name]}"

    def log(self, name: str) -> Path:
        """Return the log of one service."""
        return self.log_folder / f"{name}.log"


def addresses(chosen: Mapping[str, int]) -> dict[str, str]:
    """Return the variables by which each service finds the others."""
    return {f"ASCOLTO_{name.upper()}_URL": f"http://{ports.LOOPBACK}:{chosen[name]}" for name in NAMES}


def start(services: Services, name: str, *, extra: Mapping[str, str] | None = None) -> processes.Running:
    """Start one service; it is not ready yet when this returns."""
    return processes.start(
        processes.Program(
            name=name,
            command=[
                sys.executable, "-m", "uvicorn", f"services.{name}.app:create", "--factory",
                "--loop", "uvloop", "--http", "shared.web.receipt_deadline:ReceiptDeadline", "--host", ports.LOOPBACK,
                "--port", str(services.ports[name]), "--no-access-log", "--timeout-graceful-shutdown", "3",
            ],
            log=services.log(name),
            environment={**services.environment, **(extra or {})},
            folder=CHECKOUT,
        ),
        run_folder=services.run_folder,
    )  # fmt: skip


def wait_until_ready(services: Services, started: Sequence[processes.Running], *, within_s: float = 90.0) -> None:
    """Return when all say that they and their parts are ready; else say what the first one that is not answered."""
    deadline, waiting = time.monotonic() + within_s, list(started)
    while waiting:
        for running in waiting:
            _check_alive(services, running)
        said = {running.name: not_ready(services.url(running.name)) for running in waiting}
        waiting = [running for running in waiting if said[running.name]]
        if waiting and time.monotonic() > deadline:
            name = waiting[0].name
            raise CannotGoOn(
                f"{name} is not ready",
                why=str(said[name]),
                mend="see what its log says of it",
                log=services.log(name),
            )
        time.sleep(0.1)


def _check_alive(services: Services, running: processes.Running) -> None:
    if not processes.is_alive(running):
        log = services.log(running.name)
        raise CannotGoOn(f"{running.name} does not start", why=tail(log), mend="mend what the log names", log=log)


def not_ready(url: str) -> str | None:
    """Return None when /readyz says ready, else why it is not."""
    try:
        answer = httpx.get(f"{url}/readyz", timeout=3, trust_env=False)  # no proxy stands before loopback
    except httpx.HTTPError as silent:
        return f"/readyz does not answer ({silent})"
    return None if answer.status_code == 200 else f"/readyz answers {answer.status_code}: {answer.text[:500]}"
