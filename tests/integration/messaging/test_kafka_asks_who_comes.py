"""A real broker that wants TLS and a password: events travel with the right ones and not with others."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from aiokafka import AIOKafkaConsumer

from deploy.local import ports, topics
from shared.clock import SystemClock
from shared.contracts.topics import RECEIVED
from shared.kafka_settings import KafkaSettings
from tests.integration.messaging.broker import own_broker
from tests.integration.messaging.desk import Desk, Handler, until
from tests.support.certificates import new_certificate
from tests.support.run import CHECKOUT

PASSWORD = "geheim"
LOGIN = 'org.apache.kafka.common.security.plain.PlainLoginModule required user_ascolto="geheim";'


@dataclass(frozen=True)
class Guarded:
    """Where each listener is, and who vouches for the broker."""

    listeners: dict[str, str]
    authority: Path

    def options(self, protocol: str, **changes: Any) -> dict[str, Any]:
        """What clients are given."""
        given: dict[str, Any] = {"kafka_security_protocol": protocol}
        if protocol.endswith("SSL"):
            given["kafka_ca_file"] = self.authority
        if protocol.startswith("SASL"):
            given |= {"kafka_sasl_mechanism": "PLAIN", "kafka_sasl_username": "ascolto"}
            given["kafka_sasl_password"] = PASSWORD
        return KafkaSettings(**(given | changes)).kafka_options


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Guarded]:
    folder = tmp_path_factory.mktemp("guarded")
    certificate = new_certificate(folder, now=SystemClock().now(), valid_for=timedelta(days=1))
    keystore = folder / "keystore.pem"
    keystore.write_bytes(certificate.key.read_bytes() + certificate.chain.read_bytes())
    chosen: list[int] = []
    for _ in range(5):
        chosen.append(ports.any_free(besides=chosen))
    plain, controller, *guards = chosen
    where = dict(
        zip(("SSL", "SASL_SSL", "SASL_PLAINTEXT"), (f"{ports.LOOPBACK}:{port}" for port in guards), strict=True)
    )
    listeners = {"PLAINTEXT": f"{ports.LOOPBACK}:{plain}", "CONTROLLER": f"{ports.LOOPBACK}:{controller}"} | where
    settings = {
        "controller.quorum.bootstrap.servers": listeners["CONTROLLER"],
        "listeners": ",".join(f"{name}://{address}" for name, address in listeners.items()),
        "advertised.listeners": ",".join(f"{name}://{address}" for name, address in listeners.items()),
        "listener.security.protocol.map": "CONTROLLER:PLAINTEXT,PLAINTEXT:PLAINTEXT,SSL:SSL,SASL_SSL:SASL_SSL,"
        "SASL_PLAINTEXT:SASL_PLAINTEXT",
        "sasl.enabled.mechanisms": "PLAIN",
        "listener.name.sasl_ssl.plain.sasl.jaas.config": LOGIN,
        "listener.name.sasl_plaintext.plain.sasl.jaas.config": LOGIN,
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(keystore),
    }
    with own_broker(settings, port=plain):
        yield Guarded(listeners=where, authority=certificate.chain)


@pytest.mark.parametrize("protocol", ["SSL", "SASL_SSL", "SASL_PLAINTEXT"])
async def test_events_travel_where_both_sides_are_proven(desk: Desk, guarded: Guarded, protocol: str) -> None:
    options = guarded.options(protocol)
    desk = dataclasses.replace(desk, bootstrap_servers=guarded.listeners[protocol])
    await topics.create(bootstrap_servers=desk.bootstrap_servers, prefix=desk.prefix, options=options)
    events = await desk.announce([f"key{i}" for i in range(50)])
    relay, consumer = desk.relay(kafka_options=options), desk.consumer(Handler(), kafka_options=options)
    async with desk.running_parts(relay, consumer):
        await until(lambda: _handled(desk, len(events)))
        assert (relay.health().ok, consumer.health().ok) == (True, True)
    assert sorted(await desk.handled()) == sorted(events)


@pytest.mark.parametrize(
    ("protocol", "wrong"),
    [
        ("SASL_SSL", {"kafka_sasl_password": "guessed"}),
        ("SASL_SSL", {"kafka_ca_file": None}),
        ("SSL", {"kafka_ca_file": None}),
        ("SASL_PLAINTEXT", {"kafka_sasl_username": "mallory"}),
    ],
)
async def test_nobody_else_gets_in_and_nobody_is_believed_to_be_kafka(
    desk: Desk, guarded: Guarded, protocol: str, wrong: dict[str, Any]
) -> None:
    options = guarded.options(protocol, **wrong)
    desk = dataclasses.replace(desk, bootstrap_servers=guarded.listeners[protocol])
    client = AIOKafkaConsumer(RECEIVED.name, bootstrap_servers=desk.bootstrap_servers, **options)
    try:
        with pytest.raises(Exception, match=r"(?i)authentication|bootstrap"):
            await client.start()
    finally:
        await client.stop()


@pytest.mark.parametrize("service", ["ingest", "router", "responder"])
def test_a_service_that_is_told_half_does_not_start_and_says_why(service: str) -> None:
    given = {"DATABASE_URL": "postgresql://u:hidden@127.0.0.1:1/x", "KAFKA_SECURITY_PROTOCOL": "SASL_SSL"}
    given |= {"KAFKA_SASL_USERNAME": "ascolto", "KAFKA_SASL_PASSWORD": PASSWORD}
    command = [sys.executable, "-m", "uvicorn", f"services.{service}.app:create", "--factory", "--port", "0"]
    ended = subprocess.run(
        command, env=os.environ | given, cwd=CHECKOUT, capture_output=True, text=True, check=False, timeout=60
    )
    assert ended.returncode == 1
    needs = "KAFKA_SASL_MECHANISM is missing, which KAFKA_SECURITY_PROTOCOL=SASL_SSL needs"
    assert ended.stderr.strip().splitlines()[-1] == f"cannot start: {needs}"
    assert "Traceback" not in ended.stderr
    assert PASSWORD not in ended.stderr
    assert "hidden" not in ended.stderr


async def _handled(desk: Desk, number: int) -> bool:
    return await desk.number("SELECT count(*) FROM desk.handled") >= number
