"""Starts everything stage by stage, in the order in which one part stands on another."""

from __future__ import annotations

import asyncio
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

from deploy.local import (
    api_key,
    channels,
    environment,
    jars,
    kafka,
    postgres,
    processes,
    progress,
    services,
    standins,
    topics,
)
from deploy.local.environment import Given
from deploy.local.faults import CannotGoOn, tail
from deploy.local.layout import Layout
from deploy.local.parts import Parts
from deploy.local.strays import marked
from shared.kafka_settings import KafkaSettings

STAGES = 7


@dataclass(frozen=True, slots=True, kw_only=True)
class House:
    """A stack that runs, as the samples and the person see it."""

    services: services.Services
    standins: standins.StandIns
    smtp: str
    api_key: str
    accounts: channels.Accounts


def start(layout: Layout, parts: Parts, told: progress.Progress) -> House:
    """Start every part that was not given; the services are ready and the accounts connected when this returns."""
    own = environment.given(layout)
    chosen, gave_way = environment.choose_ports()
    if gave_way:
        progress.note(f"busy ports gave way: {', '.join(gave_way)}")
    broker = _launch_broker(layout, parts, told, own, chosen)
    database_url = _database(layout, parts, told, own, chosen)
    bootstrap = _await_broker(told, own, broker)
    whole = environment.for_services(
        layout, chosen=chosen, database_url=database_url, kafka_bootstrap_servers=bootstrap
    )
    _lay_out(layout, told, whole)
    outside = _standins(layout, parts, told, chosen)
    running = _services(layout, parts, told, whole, chosen)
    with told.stage("API key and sample accounts") as stage:
        key = api_key.existing(layout, running.url("ingest")) or api_key.new(whole, layout)
        environment.write(layout, whole, api_key=key, standins=outside, own=own)
        accounts = channels.connect(layout, ingest_url=running.url("ingest"), api_key=key, standins=outside)
        stage.outcome = f"{len(accounts.names)} accounts, {layout.environment_file}"
    smtp = f"{whole['ASCOLTO_SMTP_HOST']}:{whole['ASCOLTO_SMTP_PORT']}"
    return House(services=running, standins=outside, smtp=smtp, api_key=key, accounts=accounts)


Launched = tuple[kafka.Kafka, processes.Running]


def _launch_broker(
    layout: Layout, parts: Parts, told: progress.Progress, own: Given, chosen: Mapping[str, int]
) -> Launched | None:
    """Kafka takes the longest, so it is launched first and waited for when the database is done."""
    with told.stage("Kafka's jars, verified") as stage:
        if own.kafka_bootstrap_servers:
            stage.outcome = "not needed"
            return None
        fetched = jars.fetch(jars.locked(), folder=jars.cache_folder(), progress=progress.count)
        stage.outcome = f"{len(fetched)} jars"
        node = kafka.Kafka(
            folder=layout.local / "kafka",
            port=chosen["kafka"],
            controller_port=chosen["kafka_controller"],
            run_folder=layout.run,
            log=layout.log / "kafka.log",
            jars=fetched,
        )
        return node, parts.start("kafka", partial(kafka.launch, node), log=node.log)


def _database(layout: Layout, parts: Parts, told: progress.Progress, own: Given, chosen: Mapping[str, int]) -> str:
    with told.stage("PostgreSQL 18") as stage:
        if own.database_url:
            stage.outcome = "DATABASE_URL is used"
            return own.database_url
        server = postgres.Postgres(
            folder=layout.local / "postgres",
            port=chosen["postgres"],
            run_folder=layout.run,
            log=layout.log / "postgres.log",
        )
        parts.start("postgres", partial(postgres.start, server), log=server.log)
        asyncio.run(postgres.make_database(server))
        stage.outcome = f"127.0.0.1:{server.port}, data in {server.data}"
        return server.url()


def _await_broker(told: progress.Progress, own: Given, broker: Launched | None) -> str:
    with told.stage("Apache Kafka 4.3.1") as stage:
        if broker is None:
            stage.outcome = "KAFKA_BOOTSTRAP_SERVERS is used"
            return str(own.kafka_bootstrap_servers)
        node, running = broker
        kafka.wait_until_answering(node, running)
        stage.outcome = f"{node.bootstrap_servers}, data in {node.folder}"
        return node.bootstrap_servers


def _lay_out(layout: Layout, told: progress.Progress, whole: Mapping[str, str]) -> None:
    with told.stage("Topics and schemas") as stage:
        migrations = _migrations(layout, whole)
        prefix = whole.get("ASCOLTO_TOPIC_PREFIX", "")
        options = KafkaSettings().kafka_options if "KAFKA_SECURITY_PROTOCOL" in whole else {}
        made = _create_topics(whole["KAFKA_BOOTSTRAP_SERVERS"], prefix, options)
        if migrations.wait():
            log = layout.log / "migrations.log"
            raise CannotGoOn(
                "The database's schemas could not be migrated",
                why=tail(log, lines=3),
                mend="is DATABASE_URL right, and may its role make schemas? then mend what the log names",
                log=log,
            )
        stage.outcome = f"{len(made)} topics, schemas up to date"


def _migrations(layout: Layout, whole: Mapping[str, str]) -> subprocess.Popen[bytes]:
    layout.log.mkdir(parents=True, exist_ok=True)
    with (layout.log / "migrations.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "shared.migrations"],
            env=marked(whole, run_folder=layout.run),
            cwd=services.CHECKOUT,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
        )


def _create_topics(bootstrap_servers: str, prefix: str, options: Mapping[str, Any]) -> list[str]:
    try:
        return asyncio.run(topics.create(bootstrap_servers=bootstrap_servers, prefix=prefix, options=options))
    except Exception as error:
        raise CannotGoOn(
            f"The topics could not be made on {bootstrap_servers}",
            why=f"{type(error).__name__}: {error}",
            mend="is KAFKA_BOOTSTRAP_SERVERS right, and may one make topics there?",
        ) from error


def _standins(layout: Layout, parts: Parts, told: progress.Progress, chosen: Mapping[str, int]) -> standins.StandIns:
    with told.stage("Stand-ins for mail relay and vendors") as stage:
        outside = standins.StandIns(
            http_port=chosen["sent"],
            smtp_port=chosen["relay"],
            imap_port=chosen["mailbox"],
            run_folder=layout.run,
            log=layout.log / "standins.log",
        )
        parts.start("standins", partial(standins.start, outside), log=outside.log)
        stage.outcome = f"{outside.url}, nothing leaves this machine"
        return outside


def _services(
    layout: Layout, parts: Parts, told: progress.Progress, whole: Mapping[str, str], chosen: Mapping[str, int]
) -> services.Services:
    with told.stage("ingest, router, responder") as stage:
        three = services.Services(
            ports={name: chosen[name] for name in services.NAMES},
            environment=dict(os.environ) | dict(whole),
            run_folder=layout.run,
            log_folder=layout.log,
        )
        started = [
            parts.start(name, partial(services.start, three, name), log=three.log(name)) for name in services.NAMES
        ]
        services.wait_until_ready(three, started)
        stage.outcome = "ready on " + ", ".join(str(chosen[name]) for name in services.NAMES)
        return three
