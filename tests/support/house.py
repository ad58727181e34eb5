"""The three services as real processes on a database and topics of their own, for journeys and fault tests."""

from __future__ import annotations

import os
import secrets
import signal
import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field
from pathlib import Path

import httpx

from deploy.local import ports, processes, services, strays, topics
from tests.support import calling, databases
from tests.support.run import CHECKOUT, folder
from tests.support.stack import Stack
from tests.support.waiting import outside_loop


@dataclass(kw_only=True)
class House:
    """A running Ascolto: where its doors are, and how to stop, kill and start its services."""

    services: services.Services
    database_url: str
    kafka_bootstrap_servers: str
    topic_prefix: str
    smtp: str
    api_key: str
    folder: Path
    running: dict[str, processes.Running] = field(default_factory=dict)

    @property
    def ingest_url(self) -> str:
        """Where ingest listens."""
        return self.services.url("ingest")

    @property
    def router_url(self) -> str:
        """Where the router listens."""
        return self.services.url("router")

    @property
    def responder_url(self) -> str:
        """Where the responder listens."""
        return self.services.url("responder")

    @property
    def key(self) -> dict[str, str]:
        """The header that every key's door opens to."""
        return {"Authorization": f"Bearer {self.api_key}"}

    def start(self, *names: str, extra: Mapping[str, str] | None = None, wait: bool = True) -> None:
        """Start services (all of them when none is named) with extra variables, and wait until each is ready."""
        for name in names or services.NAMES:
            self.running[name] = services.start(self.services, name, extra=extra)
        if wait:
            services.wait_until_ready(self.services, [self.running[name] for name in names or services.NAMES])

    def stop(self, *names: str, within_s: float = 10.0) -> bool:
        """Stop services (all when none is named) as an operator does; False when one had to be killed."""
        graceful = [self._end(name, by=signal.SIGTERM, within_s=within_s) for name in names or services.NAMES]
        return all(graceful)

    def kill(self, *names: str) -> None:
        """Kill services with -9, as a power cut does."""
        for name in names or services.NAMES:
            self._end(name, by=signal.SIGKILL, within_s=5)

    def restart(self, *names: str, extra: Mapping[str, str] | None = None, by_force: bool = False) -> None:
        """Stop (or kill) and start services, and wait until they are ready."""
        (self.kill if by_force else self.stop)(*names)
        self.start(*names, extra=extra)

    def is_alive(self, name: str) -> bool:
        """Tell whether a service's process runs; a service with a fault point ends by itself."""
        return name in self.running and processes.is_alive(self.running[name])

    def pid(self, name: str) -> int:
        """Return the pid of a running service, for signals of one's own (SIGSTOP)."""
        return self.running[name].pid

    def log(self, name: str) -> str:
        """Return what a service has logged."""
        return self.services.log(name).read_text(errors="replace")

    def client(self, name: str) -> httpx.Client:
        """Return a client of one service that carries the API key and comes again when it is told to; close it."""
        return calling.client(base_url=self.services.url(name), headers=self.key)

    def _end(self, name: str, *, by: int, within_s: float) -> bool:
        running = self.running.pop(name, None)
        if running is None:
            return True
        return processes.stop(running, run_folder=self.services.run_folder, within_s=within_s, by=by)


@contextmanager
def running_house(
    stack: Stack, *, extra: Mapping[str, str] | None = None, kafka_bootstrap_servers: str | None = None
) -> Iterator[House]:
    """A house of its own: fresh database, topics, key, blobs and ports; nothing of it is left afterwards."""
    broker = kafka_bootstrap_servers or stack.kafka_bootstrap_servers
    prefix = f"t{secrets.token_hex(5)}."
    database_url = outside_loop(databases.migrated(admin_url=stack.database_url))
    outside_loop(topics.create(bootstrap_servers=broker, prefix=prefix))
    house = _furnish(folder() / f"house-{prefix[:-1]}", database_url, broker, prefix, extra or {})
    try:
        house.start()
        yield house
    finally:
        house.stop()
        strays.stop_strays(house.services.run_folder)
        outside_loop(databases.drop(admin_url=stack.database_url, url=database_url))
        with suppress(Exception):  # the test may have left the broker dead
            outside_loop(topics.delete(bootstrap_servers=broker, prefix=prefix))


def _furnish(place: Path, database_url: str, broker: str, prefix: str, extra: Mapping[str, str]) -> House:
    place.mkdir(parents=True)
    chosen: dict[str, int] = {}
    for name in (*services.NAMES, "smtp"):
        chosen[name] = ports.any_free(besides=chosen.values())
    smtp = chosen.pop("smtp")
    environment = {
        **os.environ,
        **services.addresses(chosen),
        "DATABASE_URL": database_url,
        "KAFKA_BOOTSTRAP_SERVERS": broker,
        "ASCOLTO_TOPIC_PREFIX": prefix,
        "ASCOLTO_HOUSE_KEY_FILE": str(place / "house.key"),
        "ASCOLTO_BLOB_URL": f"file:{place}/blobs",
        "ASCOLTO_SMTP_HOST": ports.LOOPBACK,
        "ASCOLTO_SMTP_PORT": str(smtp),
        "ASCOLTO_ALLOW_PRIVATE_TARGETS": "true",
        **extra,
    }
    return House(
        services=services.Services(
            ports=chosen, environment=environment, run_folder=place / "run", log_folder=place / "log"
        ),
        database_url=database_url,
        kafka_bootstrap_servers=broker,
        topic_prefix=prefix,
        smtp=f"{ports.LOOPBACK}:{smtp}",
        api_key=new_api_key(environment, label="tests"),
        folder=place,
    )


def new_api_key(environment: Mapping[str, str], *, label: str) -> str:
    """Make an API key with every scope."""
    made = subprocess.run(
        [sys.executable, "-m", "services.ingest.bootstrap", "--api-key", label],
        env=dict(environment),
        cwd=CHECKOUT,
        capture_output=True,
        text=True,
        check=False,
    )
    if made.returncode:
        raise RuntimeError(f"no API key: {made.stderr[-2000:]}")
    return made.stdout.strip().splitlines()[-1]
